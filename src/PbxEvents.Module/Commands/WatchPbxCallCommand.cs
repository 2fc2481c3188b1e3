using System.Management.Automation;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Data;
using PbxEvents.Module.Reading;
using PbxEvents.Module.Watching;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Shows calls in progress and recently ended ones, refreshed in place, until q or Ctrl+C. Without a terminal of its own, or
/// down a pipeline, it writes each call as it stands, then again whenever one enters another state.
/// </summary>
[Cmdlet(VerbsCommon.Watch, "PbxCall")]
[OutputType(typeof(PbxCall))]
public sealed class WatchPbxCallCommand : CallCmdlet
{
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

    /// <summary>Shows at most this many calls. Default: as many as fit into the window.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int MaxCalls { get; set; } = int.MaxValue;

    /// <summary>Writes objects also where a screen could be drawn.</summary>
    [Parameter]
    public SwitchParameter NoScreen { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Clients.Count == 0)
            return;
        var filter = MakeFilter();
        var deadline = new Deadline(Timeout);
        if (NoScreen || !CanDraw)
            WriteChanges(filter, deadline);
        else
            Show(new CallView(() => Clients, () => KnownCalls(filter), ContactProperty.NameOf, MaxCalls, LiveTerminal.Glyphs), RefreshInterval, deadline);

        // A view that ends because its connection failed must not look like one that was closed.
        foreach (var failed in Clients.Where(c => c.State == PbxConnectionState.Faulted))
            WriteError(WhyEnded(failed));
    }

    private IEnumerable<PbxCall> KnownCalls(CallFilter filter) => Clients.SelectMany(c => c.GetCalls()).Where(filter.IsMatch);

    private void WriteChanges(CallFilter filter, Deadline deadline)
    {
        // The places are taken before the calls are listed, so what happens in between is not lost, only seen twice.
        var stream = new EventStream(Clients.Select(c => (c, c.Events.OpenCursor(c.Events.Head))).ToArray());
        var listed = new Dictionary<(string, string), PbxEvent>();

        // A call without events is just being made, and its first event brings it; or it ended long ago.
        foreach (var call in KnownCalls(filter).Where(c => c.Events.Count > 0 || c.State == PbxCallState.Ended).TakeLast(MaxCalls))
        {
            if (call.Events.Count > 0)
                listed[(call.Connection, call.CallId)] = call.Events[^1];
            WriteObject(call);
        }
        ReadOn(stream, deadline, (pbxEvent, gap) =>
        {
            WarnOf(gap);
            WarnOf(pbxEvent.Gap);
            if (pbxEvent is not { IsCallNews: true, Call: { } call } || !filter.IsMatch(call))
                return false;

            // The newest event of a listed call may not have had its number yet.
            var isListed = listed.TryGetValue((call.Connection, call.CallId), out var last)
                && (last.Sequence == 0 || last.Sequence >= pbxEvent.Sequence);
            if (!isListed)
                WriteObject(call);
            return false;
        });
    }
}
