using System.Management.Automation;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>Lists the subscriptions of connections.</summary>
[Cmdlet(VerbsCommon.Get, "PbxSubscription")]
[OutputType(typeof(PbxSubscription))]
public sealed class GetPbxSubscriptionCommand : ConnectionCmdlet
{
    /// <summary>The numbers. Default all.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(SubscriptionCompleter))]
    public int[]? Id { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var found = ResolveConnections().SelectMany(c => c.Subscriptions).Where(s => Id is null || Id.Contains(s.Id)).ToArray();
        foreach (var id in Id ?? [])
        {
            if (!found.Any(s => s.Id == id))
                WriteError(ModuleErrors.SubscriptionNotFound(id));
        }
        WriteObject(found, enumerateCollection: true);
    }
}
