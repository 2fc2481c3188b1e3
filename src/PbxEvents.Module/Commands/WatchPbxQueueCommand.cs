using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Reading;
using PbxEvents.Module.Watching;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Shows queues, who waits in them and their agents, refreshed in place, until q or Ctrl+C. Without a terminal of its own, or
/// down a pipeline, it writes each queue as it stands, then again whenever it changes.
/// </summary>
[Cmdlet(VerbsCommon.Watch, "PbxQueue")]
[OutputType(typeof(PbxQueue))]
public sealed class WatchPbxQueueCommand : ReadingCmdlet
{
    /// <summary>Only these queues, by number, id or name; wildcards allowed. Default all that were spoken of.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(QueueCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public string[]? Queue { get; set; }

    /// <summary>Callers who wait longer than this many seconds are highlighted. Default 60.</summary>
    [Parameter]
    [ValidateRange(0, 86_400)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public double ServiceLevel { get; set; } = 60;

    /// <summary>How many seconds lie between two pages at most; what changes is shown at once.</summary>
    [Parameter]
    [ValidateRange(0.1, 3600)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public double RefreshInterval { get; set; } = 1;

    /// <summary>Ends after this many seconds; -1, the default, for never.</summary>
    [Parameter]
    [Alias("TimeoutSec")]
    [ValidateRange(-1, 2_147_483)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public double Timeout { get; set; } = -1;

    /// <summary>Writes objects also where a screen could be drawn.</summary>
    [Parameter]
    public SwitchParameter NoScreen { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Clients.Count == 0)
            return;
        var patterns = new TextPatterns(Queue);
        var deadline = new Deadline(Timeout);
        if (NoScreen || !CanDraw)
            WriteChanges(patterns, deadline);
        else
            Show(new QueueView(() => Clients, () => KnownQueues(patterns), TimeSpan.FromSeconds(ServiceLevel), LiveTerminal.Glyphs), RefreshInterval, deadline);

        // A view that ends because its connection failed must not look like one that was closed.
        foreach (var failed in Clients.Where(c => c.State == PbxConnectionState.Faulted))
            WriteError(WhyEnded(failed));
    }

    private IEnumerable<PbxQueue> KnownQueues(TextPatterns patterns) => Clients.SelectMany(c => c.GetQueues(patterns));

    private void WriteChanges(TextPatterns patterns, Deadline deadline)
    {
        var stream = new EventStream(Clients.Select(c => (c, c.Events.OpenCursor(c.Events.Head))).ToArray());
        var written = new Dictionary<(string, string), object>();
        WriteNews();
        ReadOn(stream, deadline, (pbxEvent, gap) =>
        {
            WarnOf(gap);
            WarnOf(pbxEvent.Gap);
            if (pbxEvent.Queue is not null || pbxEvent.Gap is not null || pbxEvent.Call?.Queue is not null)
                WriteNews();
            return false;
        });

        void WriteNews()
        {
            foreach (var queue in KnownQueues(patterns))
            {
                // The lists are made anew only when they change.
                var state = (queue.Name, queue.Waiting, queue.Agents, queue.Talking, queue.Answered, queue.Lost);
                var key = (queue.Connection, queue.Queue);
                if (written.TryGetValue(key, out var before) && before.Equals(state))
                    continue;
                written[key] = state;
                WriteObject(queue);
            }
        }
    }
}
