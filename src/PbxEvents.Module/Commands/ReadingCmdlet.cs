using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Connections;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Reading;
using PbxEvents.Providers;

namespace PbxEvents.Module.Commands;

/// <summary>Base of the cmdlets that read events and may wait for them.</summary>
public abstract partial class ReadingCmdlet : ConnectionCmdlet
{
    /// <summary>The longest time between two turns for others, in milliseconds, also while events come without a pause.</summary>
    private const int TurnMilliseconds = 20;

    /// <summary>So long after the beginning of a wait for a call that call should be known.</summary>
    private const int UnknownCallMilliseconds = 2000;

    /// <summary>Parameters that say where and how long to wait, not for what.</summary>
    private static readonly string[] NotWanted = ["Connection", "Timeout", "FromNow", "Wait", "Last", "Since"];

    private readonly List<PbxClient> _clients = [];
    private bool _isProspectKnown;
    private bool _areCallsKnown;

    private protected ReadingCmdlet()
    {
    }

    /// <summary>The connections of all input.</summary>
    private protected IReadOnlyList<PbxClient> Clients => _clients;

    /// <summary>False when what is read is not a connection's.</summary>
    private protected virtual bool ReadsConnections => true;

    /// <summary>The categories that a wait is for; null for all.</summary>
    private protected virtual IReadOnlyList<PbxCategory>? AwaitedCategories => null;

    /// <summary>The names of events that a wait is for, with wildcards.</summary>
    private protected virtual IReadOnlyList<string> AwaitedNames => [];

    /// <summary>The ids of the calls that a wait is for.</summary>
    private protected virtual IReadOnlyList<string> AwaitedCalls => [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ReadsConnections)
            _clients.AddRange(ResolveConnections().Where(c => !_clients.Contains(c)));
    }

    /// <summary>Reads what is there, and lets others have their turn meanwhile.</summary>
    /// <param name="events">What to read.</param>
    /// <param name="take">Gets each event; returns true to end.</param>
    private protected void ReadThrough(IEnumerable<PbxEvent> events, Func<PbxEvent, bool> take)
    {
        var lastTurn = Environment.TickCount64;
        foreach (var pbxEvent in events)
        {
            if (take(pbxEvent))
                return;
            if (Environment.TickCount64 - lastTurn < TurnMilliseconds)
                continue;
            GiveTurn();
            lastTurn = Environment.TickCount64;
        }
    }

    /// <summary>Reads on, and waits for more, until it is told to end, the time is up, or no further event can come.</summary>
    /// <param name="stream">What to read.</param>
    /// <param name="deadline">When to end.</param>
    /// <param name="take">Gets each event with what was lost before it; returns true to end.</param>
    private protected void ReadOn(EventStream stream, Deadline deadline, Func<PbxEvent, PbxGap?, bool> take)
    {
        if (Session.Reactions.IsRunning)
            WriteVerbose(SR.InsideAction);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(StopToken);
        try
        {
            var started = Environment.TickCount64;
            var lastTurn = started;
            var isTold = false;
            while (!stream.IsComplete)
            {
                while (stream.TryRead(out var pbxEvent, out var gap))
                {
                    if (take(pbxEvent!, gap))
                        return;
                    if (Environment.TickCount64 - lastTurn < TurnMilliseconds)
                        continue;
                    GiveTurn();
                    if (deadline.IsOver)
                        return;
                    lastTurn = Environment.TickCount64;
                }
                if (!isTold)
                    WriteVerbose(DescribeWait(deadline));
                isTold = true;
                WarnOfNoProspect();
                var more = stream.WaitAsync(end.Token);
                while (!WaitOnce(more, deadline.Left))
                {
                    if (deadline.IsOver)
                        return;
                    WarnOfUnknownCalls(started);
                    lastTurn = Environment.TickCount64;
                }
            }
        }
        finally
        {
            end.Cancel();
        }
    }

    /// <summary>What is waited for, as the user said it.</summary>
    private string DescribeWait(Deadline deadline)
    {
        var wanted = MyInvocation.BoundParameters.Where(p => !CommonParameters.Contains(p.Key) && !NotWanted.Contains(p.Key))
            .Select(p => p.Value is SwitchParameter ? $"-{p.Key}" : $"-{p.Key} {string.Join(',', (p.Value as Array ?? new[] { p.Value }).Cast<object>())}");
        var text = string.Join(' ', wanted) is { Length: > 0 } filter ? filter : SR.WaitingForAnything;
        return (deadline.Left == System.Threading.Timeout.InfiniteTimeSpan ? SR.WaitingForEver : SR.WaitingAtMost)
            .With(string.Join("', '", _clients.Select(c => c.Name)), deadline.Left.TotalSeconds, text);
    }

    /// <summary>A wait for what can never come says so, once for each session and reason, so that a loop of waits is not drowned.</summary>
    private void WarnOfNoProspect()
    {
        if (_isProspectKnown)
            return;
        _isProspectKnown = true;
        foreach (var name in Prospect.Unknown(_clients, AwaitedNames))
            WarnOnce(SR.UnknownEventName.With(name, string.Join(", ", _clients.Select(c => c.Provider).Distinct())));
        if (AwaitedNames.Count == 0 && Prospect.Missing(_clients, AwaitedCategories) is { } missing)
            WarnOnce(missing);
    }

    /// <summary>The id of a call may be known before the call is; after a while it is a mistake.</summary>
    private void WarnOfUnknownCalls(long started)
    {
        if (_areCallsKnown || Environment.TickCount64 - started < UnknownCallMilliseconds)
            return;
        _areCallsKnown = true;
        var known = _clients.SelectMany(c => c.GetCalls()).Select(c => c.CallId).ToHashSet();
        foreach (var id in AwaitedCalls.Where(id => !known.Contains(id)))
            WarnOnce(SR.CallStillUnknown.With(id));
    }

    private void WarnOnce(string text)
    {
        if (Session.Told.Add(text))
            WriteWarning(text);
    }

    /// <summary>Opens the connections at the places where the last wait with this filter ended.</summary>
    /// <param name="filter">The cmdlet and its filter as text.</param>
    /// <param name="fromNow">True to start afresh at this moment.</param>
    private protected EventStream OpenWaitStream(string filter, bool fromNow)
    {
        var state = ModuleState.Current;
        return new EventStream(Clients.Select(c => (c, fromNow
            ? state.Cursors.Set(c, filter, c.Events.Head)
            : state.Cursors.Get(c, filter, () => StartOf(c)))).ToArray());

        long StartOf(PbxClient client)
        {
            var start = state.StartOf(client);
            WriteVerbose(SR.WaitBegins.With(client.Name, client.Events.Head - start));
            return start;
        }
    }

    /// <summary>Writes what a wait found. Nothing found and nothing that could still come is an error; nothing in time is not.</summary>
    private protected void WriteFound(object? found, EventStream stream)
    {
        if (found is not null)
            WriteObject(found);
        else if (stream.IsComplete)
            ThrowTerminatingError(WhyEnded(stream.Ended.First()));
    }

    /// <summary>Warns while reading that events are missing.</summary>
    private protected void WarnOf(PbxGap? gap)
    {
        if (gap is not null)
            WriteWarning(Describe(gap));
    }

    /// <summary>Warns of connections that have not kept all calls since a moment.</summary>
    private protected void WarnOfUnseen(MomentArgument since)
    {
        foreach (var client in Clients.Where(c => !(c.CallsSince <= since.Moment)))
            WriteWarning((client.CallsSince is null ? SR.CallsNotSeen : SR.CallsSinceLater).With(client.Name, client.CallsSince, since));
    }

    /// <summary>A gap in words.</summary>
    internal static string Describe(PbxGap gap) => (gap.EventsLost is null ? SR.GapOnTheWay : SR.GapOnTheWayCounted)
        .With(gap.Connection, gap.From, gap.To, gap.Reason, gap.Recovery, gap.EventsLost);

    /// <summary>Why no further event can come from a connection.</summary>
    internal static ErrorRecord WhyEnded(PbxClient client) =>
        client.State == PbxConnectionState.Faulted && client.LastError is { } why
            ? why.ToErrorRecord(client)
            : ModuleErrors.ConnectionEnded(client);
}
