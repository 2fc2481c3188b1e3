using PbxEvents.Module.Reports;

namespace PbxEvents.Module.Dashboard;

/// <summary>
/// The calls of one day as they end, counted as they come, so that a day of very many calls takes no more room than a quiet one. A call that is
/// told again, as after a gap, is corrected, as long as it is one of the last of them. One thread.
/// </summary>
/// <param name="serviceLevel">Who is answered within this time is answered in time.</param>
/// <param name="zone">Whose clock says what day it is.</param>
internal sealed class DayBook(TimeSpan serviceLevel, TimeZoneInfo zone)
{
    /// <summary>So many calls can be corrected.</summary>
    private const int MostRemembered = 20_000;

    /// <summary>So many calls that reached nobody are listed.</summary>
    private const int MostListed = 50;

    private readonly Dictionary<(string, string), Entry> _entries = [];
    private readonly Queue<(string, string)> _order = [];
    private readonly List<PbxCall> _unreached = [];

    /// <summary>The day.</summary>
    public DateOnly Day { get; private set; }

    /// <summary>Calls that ended.</summary>
    public long Calls { get; private set; }

    /// <summary>Those from outside; what follows is of these.</summary>
    public long Inbound { get; private set; }

    /// <summary>Those that a person answered.</summary>
    public long Answered { get; private set; }

    /// <summary>Those that reached nobody.</summary>
    public long Unreached { get; private set; }

    /// <summary>Those that a person answered in time.</summary>
    public long InTime { get; private set; }

    /// <summary>Those of which is known how long they waited.</summary>
    public long Waits { get; private set; }

    /// <summary>The longest wait; null when there is none.</summary>
    public TimeSpan? LongestWait { get; private set; }

    /// <summary>The last calls that reached nobody, the newest first.</summary>
    public IReadOnlyList<PbxCall> LastUnreached => [.. _unreached.OrderByDescending(c => c.StartedAt)];

    /// <summary>Begins the day that a moment is in, unless it is this one already.</summary>
    /// <returns>True when a new one began.</returns>
    public bool Turn(DateTimeOffset now)
    {
        var day = DayOf(now);
        if (day == Day)
            return false;
        Day = day;
        _entries.Clear();
        _order.Clear();
        _unreached.Clear();
        (Calls, Inbound, Answered, Unreached, InTime, Waits, LongestWait) = (0, 0, 0, 0, 0, 0, null);
        return true;
    }

    /// <summary>Counts a call, if it has ended and began on this day.</summary>
    /// <returns>True when something has changed.</returns>
    public bool Add(PbxCall call)
    {
        if (call.State != PbxCallState.Ended || DayOf(call.StartedAt) != Day)
            return false;
        var key = (call.Connection, call.CallId);
        var entry = EntryOf(call);
        if (_entries.TryGetValue(key, out var before))
        {
            if (before == entry)
                return false;
            Count(before, -1);
        }
        else
        {
            _order.Enqueue(key);
            if (_order.Count > MostRemembered)
                _entries.Remove(_order.Dequeue());
        }
        _entries[key] = entry;
        Count(entry, 1);
        _unreached.RemoveAll(c => c.CallId == call.CallId && c.Connection == call.Connection);
        if (entry.IsUnreached)
            _unreached.Add(call with { Events = [], Legs = [] });
        if (_unreached.Count > MostListed)
            _unreached.Remove(_unreached.MinBy(c => c.StartedAt)!);
        return true;
    }

    private DateOnly DayOf(DateTimeOffset time) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time, zone).DateTime);

    private static Entry EntryOf(PbxCall call)
    {
        var isInbound = call.Direction == PbxDirection.Inbound;
        return new Entry(isInbound, isInbound && call.IsReached, call.IsUnreached, CallMeter.WaitOf(call));
    }

    private void Count(Entry entry, int by)
    {
        Calls += by;
        Inbound += entry.IsInbound ? by : 0;
        Answered += entry.IsAnswered ? by : 0;
        Unreached += entry.IsUnreached ? by : 0;
        if (entry.Wait is not { } wait)
            return;
        Waits += by;
        InTime += entry.IsAnswered && wait <= serviceLevel ? by : 0;
        LongestWait = LongestWait > wait ? LongestWait : wait;
    }

    private readonly record struct Entry(bool IsInbound, bool IsAnswered, bool IsUnreached, TimeSpan? Wait);
}
