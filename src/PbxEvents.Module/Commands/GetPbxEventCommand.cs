using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Reading;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Reads events: what the buffer holds, and with <c>-Wait</c> then those that come. Reading does not consume. Where events
/// are missing, the Connection event Gap stands in their place, whatever the filter.
/// </summary>
[Cmdlet(VerbsCommon.Get, "PbxEvent")]
[OutputType(typeof(PbxEvent))]
public sealed class GetPbxEventCommand : EventCmdlet
{
    private readonly Queue<PbxEvent> _kept = new();
    private EventFilter? _filter;
    private int _written;
    private int _keptEvents;

    /// <summary>Only events that arrived since, by this machine's clock: a date and time, a span (so long ago), today or yesterday.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(MomentCompleter))]
    public MomentArgument? Since { get; set; }

    /// <summary>Ends after so many events.</summary>
    [Parameter]
    [Alias("First")]
    [ValidateRange(1, int.MaxValue)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int MaxEvents { get; set; } = int.MaxValue;

    /// <summary>Of what the buffer holds only the last so many; 0 for none, which leaves what comes after with -Wait.</summary>
    [Parameter]
    [Alias("Tail")]
    [ValidateRange(0, int.MaxValue)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int Last { get; set; } = -1;

    /// <summary>Goes on with the events that come.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Ends -Wait, which it implies, after so many seconds; -1, the default, for never.</summary>
    [Parameter]
    [Alias("TimeoutSec")]
    [ValidateRange(-1, 2_147_483)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public double Timeout { get; set; } = -1;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Clients.Count == 0)
            return;
        _filter = MakeFilter(Since?.Moment);
        var deadline = new Deadline(Timeout);
        var cursors = Clients.Select(c => (Client: c, Cursor: c.Events.OpenCursor(Math.Max(c.Events.Oldest - 1, Session.ClearedUpTo(c))))).ToArray();
        foreach (var (client, cursor) in cursors)
        {
            // Only what is there now: a busy connection would never let this loop end.
            var head = client.Events.Head;
            while (cursor.Position < head && cursor.TryRead(out var pbxEvent, out var gap))
                if (Take(pbxEvent!, gap, Last < 0 ? WriteObject : Keep))
                    return;
        }
        while (_kept.TryDequeue(out var item))
        {
            WriteObject(item);
            if (item.Gap is null && ++_written == MaxEvents)
                return;
        }
        if (!Wait && !MyInvocation.BoundParameters.ContainsKey(nameof(Timeout)))
            return;
        var stream = new EventStream(cursors);
        ReadOn(stream, deadline, (pbxEvent, gap) => Take(pbxEvent, gap, WriteObject));

        // A stream that ends because its connection failed must not look like one that was closed.
        foreach (var ended in stream.Ended.Where(c => c.State == PbxConnectionState.Faulted))
            WriteError(WhyEnded(ended));
    }

    /// <returns>True when it was the last one wanted.</returns>
    private bool Take(PbxEvent pbxEvent, PbxGap? gap, Action<PbxEvent> output)
    {
        if (gap is not null)
            output(ToEvent(gap, pbxEvent));
        if (pbxEvent.Gap is not null)
        {
            if (_filter!.IsInTime(pbxEvent))
                output(pbxEvent);
            return false;
        }
        if (!_filter!.IsMatch(pbxEvent))
            return false;
        output(pbxEvent);
        return output != Keep && ++_written == MaxEvents;
    }

    /// <summary>What this reader alone has lost, in the form in which the connection's gaps come: one kind of object, whatever comes first.</summary>
    private static PbxEvent ToEvent(PbxGap gap, PbxEvent next) => new()
    {
        Category = PbxCategory.Connection,
        Name = "Gap",
        Gap = gap,
        Synthesized = true,
        Connection = next.Connection,
        Provider = next.Provider,
        Time = next.ReceivedAt,
        ReceivedAt = next.ReceivedAt,
    };

    private void Keep(PbxEvent item)
    {
        _kept.Enqueue(item);
        if (item.Gap is null)
            _keptEvents++;
        while (_kept.Count > 0 && (_keptEvents > Last || (Last == 0 && _kept.Peek().Gap is not null)))
            if (_kept.Dequeue().Gap is null)
                _keptEvents--;
    }
}
