using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Reading;
using PbxEvents.Providers;

namespace PbxEvents.Module.Commands;

/// <summary>Lists the agents of queues, as last reported by events; an agent of several queues once for each.</summary>
[Cmdlet(VerbsCommon.Get, "PbxAgent")]
[OutputType(typeof(PbxAgent))]
public sealed class GetPbxAgentCommand : StatusCmdlet
{
    /// <summary>Only agents of these queues, by number, id or name; wildcards allowed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(QueueCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public string[]? Queue { get; set; }

    private protected override PbxCategory Category => PbxCategory.Agent;

    private protected override IEnumerable<object> Read(PbxClient client, TextPatterns extensions) =>
        from queue in client.GetQueues(new TextPatterns(Queue))
        from agent in queue.Agents
        where extensions.IsMatch(agent.Extension)
        select new PbxAgent
        {
            Extension = agent.Extension,
            Queue = queue.Queue,
            QueueName = queue.Name,
            State = agent.State,
            Since = agent.Since,
            Connection = queue.Connection,
        };
}
