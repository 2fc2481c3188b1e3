namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>A theory that needs a PowerShell and the assembled module; left out with the reason where they are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PwshTheoryAttribute : TheoryAttribute
{
    public PwshTheoryAttribute() => Skip = PwshHost.WhyMissing;
}
