using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Reading;

namespace PbxEvents.Module.Commands;

/// <summary>Lists queues as they stand: who waits, who is talked with, the agents.</summary>
[Cmdlet(VerbsCommon.Get, "PbxQueue")]
[OutputType(typeof(PbxQueue))]
public sealed class GetPbxQueueCommand : ConnectionCmdlet
{
    /// <summary>Only these queues, by number, id or name; wildcards allowed. Default all that were spoken of.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(QueueCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public string[]? Queue { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var queues = new TextPatterns(Queue);
        foreach (var client in ResolveConnections())
        {
            var found = client.GetQueues(queues).ToArray();
            if (found.Length == 0 && Prospect.Missing([client], [PbxCategory.Queue]) is { } missing)
                WriteWarning(missing);
            WriteObject(found, enumerateCollection: true);
        }
    }
}
