using System.Management.Automation;
using PbxEvents.Journal;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Durable;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Reading;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Reads events: what the buffer holds, and with <c>-Wait</c> then those that come; or what a journal holds. Reading does not consume. Where
/// events are missing, the Connection event Gap stands in their place, whatever the filter.
/// </summary>
[Cmdlet(VerbsCommon.Get, "PbxEvent", DefaultParameterSetName = "Live")]
[OutputType(typeof(PbxEvent))]
public sealed class GetPbxEventCommand : EventCmdlet
{
    private readonly Queue<PbxEvent> _kept = new();
    private readonly List<ConnectionArgument> _connections = [];
    private EventFilter? _filter;
    private int _written;
    private int _keptEvents;

    /// <summary>Only events that arrived since, by this machine's clock: a date and time, a span (so long ago), today or yesterday.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(MomentCompleter))]
    public MomentArgument? Since { get; set; }

    /// <summary>Only events that arrived before, by this machine's clock.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(MomentCompleter))]
    public MomentArgument? Until { get; set; }

    /// <summary>
    /// Reads what a journal holds, of all connections unless -Connection names some: an object, a name, or the path of a file, also of one
    /// that another process writes to.
    /// </summary>
    [Parameter(
        ParameterSetName = "Journal",
        Mandatory = true)]
    [ArgumentCompleter(typeof(JournalCompleter))]
    [ValidateNotNull]
    public JournalArgument? Journal { get; set; }

    /// <summary>Ends after this many events.</summary>
    [Parameter]
    [Alias("First")]
    [ValidateRange(1, int.MaxValue)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int MaxEvents { get; set; } = int.MaxValue;

    /// <summary>Only this many of the last events in the buffer; 0 for none, so that with -Wait only new events come.</summary>
    [Parameter]
    [Alias("Tail")]
    [ValidateRange(0, int.MaxValue)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int Last { get; set; } = -1;

    /// <summary>Goes on with the events that come.</summary>
    [Parameter(ParameterSetName = "Live")]
    public SwitchParameter Wait { get; set; }

    /// <summary>Ends -Wait, which it implies, after this many seconds; -1, the default, for never.</summary>
    [Parameter(ParameterSetName = "Live")]
    [Alias("TimeoutSec")]
    [ValidateRange(-1, 2_147_483)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public double Timeout { get; set; } = -1;

    private protected override bool ReadsConnections => Journal is null;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        _filter = MakeFilter(Since?.Moment, Until?.Moment);
        if (Journal is not null)
        {
            ReadJournal(Journal);
            return;
        }
        if (Clients.Count == 0)
            return;
        var deadline = new Deadline(Timeout);
        var cursors = Clients.Select(c => (Client: c, Cursor: c.Events.OpenCursor(Math.Max(c.Events.Oldest - 1, Session.ClearedUpTo(c))))).ToArray();
        foreach (var (client, cursor) in cursors)
        {
            // Only what is there now: a busy connection would never let this loop end.
            var head = client.Events.Head;
            while (cursor.Position < head && cursor.TryRead(out var pbxEvent, out var gap))
            {
                if (Take(pbxEvent!, gap, Last < 0 ? WriteObject : Keep))
                    return;
            }
        }
        if (WriteKept())
            return;
        if (!Wait && !MyInvocation.BoundParameters.ContainsKey(nameof(Timeout)))
            return;
        var stream = new EventStream(cursors);
        ReadOn(stream, deadline, (pbxEvent, gap) => Take(pbxEvent, gap, WriteObject));

        // A stream that ends because its connection failed must not look like one that was closed.
        foreach (var ended in stream.Ended.Where(c => c.State == PbxConnectionState.Faulted))
            WriteError(WhyEnded(ended));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        base.ProcessRecord();
        _connections.AddRange(Connection ?? []);
    }

    private void ReadJournal(JournalArgument argument)
    {
        EventJournal? opened = null;
        try
        {
            var journal = JournalAccess.Find(argument, Session.Journals, GetUnresolvedProviderPathFromPSPath)
                ?? (opened = JournalAccess.Open(new JournalOptions { Path = GetUnresolvedProviderPathFromPSPath(argument.Text), ReadOnly = true }));
            var query = new EventQuery(Since?.Moment, Until?.Moment, _filter!.Calls.Count == 0 ? null : _filter.Calls);
            ReadThrough(journal.ReadFor(query, this), e => IsWanted(e) && Take(e, null, Last < 0 ? WriteObject : Keep));
            WriteKept();
        }
        catch (PbxException e)
        {
            ThrowTerminatingError(e.ToErrorRecord(argument.Text));
        }
        finally
        {
            opened?.CloseAsync().Wait(CancellationToken.None);
        }
    }

    private bool IsWanted(PbxEvent pbxEvent) => _connections.Count == 0 || _connections.Exists(c => c.MatchesName(pbxEvent.Connection));

    /// <returns>True when no more are wanted.</returns>
    private bool WriteKept()
    {
        while (_kept.TryDequeue(out var item))
        {
            WriteObject(item);
            if (item.Gap is null && ++_written == MaxEvents)
                return true;
        }
        return false;
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
        {
            if (_kept.Dequeue().Gap is null)
                _keptEvents--;
        }
    }
}
