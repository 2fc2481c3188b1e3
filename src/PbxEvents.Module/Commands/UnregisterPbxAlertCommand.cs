using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;

namespace PbxEvents.Module.Commands;

/// <summary>Ends alerts. Notices that could not be sent yet are dropped.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "PbxAlert", SupportsShouldProcess = true)]
public sealed class UnregisterPbxAlertCommand : AlertCmdlet
{
    /// <summary>The names; wildcards allowed.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AlertCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public override string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var alert in Find())
        {
            if (!ShouldProcess(alert.Name, SR.UnregisterAlertAction))
                continue;
            Session.Remove(alert);
            Await(_ => alert.DisposeAsync().AsTask());
        }
    }
}
