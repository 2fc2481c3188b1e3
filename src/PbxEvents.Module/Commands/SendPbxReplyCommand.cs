using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>Answers a request that another client sent here (TelecomX), on the connection that brought it.</summary>
[Cmdlet(VerbsCommunications.Send, "PbxReply", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
public sealed class SendPbxReplyCommand : ConnectionCmdlet
{
    /// <summary>The event that brought the request.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipeline = true)]
    public PbxEvent Event { get; set; } = null!;

    /// <summary>The answer: a hashtable, an object or a plain value.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public object? Data { get; set; }

    /// <summary>The connections: objects or names, wildcards allowed. Default: the one that brought the request.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public override ConnectionArgument[]? Connection { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        Connection ??= [new ConnectionArgument(Event.Connection)];
        var json = ToJson(Data);
        foreach (var connection in ResolveConnections())
        {
            if (ShouldProcess($"{Event.From ?? Event.Name}", SR.ReplyAction.With(Event.Id)))
                Try(() => Await(token => connection.ReplyAsync(Event, json, token)), Event);
        }
    }
}
