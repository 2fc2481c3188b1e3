namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>A fact that needs a PowerShell and the assembled module; left out with the reason where they are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PwshFactAttribute : FactAttribute
{
    public PwshFactAttribute() => Skip = PwshHost.WhyMissing;
}
