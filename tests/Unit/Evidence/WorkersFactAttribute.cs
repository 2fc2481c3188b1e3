using PbxEvents.Tests.Journal;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>A fact that needs a PostgreSQL, a PowerShell and the assembled module; left out with the reason where one is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class WorkersFactAttribute : FactAttribute
{
    public WorkersFactAttribute() => Skip = PostgresServer.WhyMissing ?? PwshHost.WhyMissing;
}
