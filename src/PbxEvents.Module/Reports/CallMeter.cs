namespace PbxEvents.Module.Reports;

/// <summary>Counts ended calls, each once however often it is told: of several states of one the last counts.</summary>
/// <param name="serviceLevel">Who is answered within this time is answered in time.</param>
/// <param name="zone">Whose clock says what hour and day it is.</param>
internal sealed class CallMeter(TimeSpan serviceLevel, TimeZoneInfo zone)
{
    private readonly Dictionary<(string, string), PbxCall> _calls = [];

    /// <summary>The calls, without what is not counted of them: there may be very many.</summary>
    public IReadOnlyCollection<PbxCall> Calls => _calls.Values;

    /// <summary>Takes a call. One that goes on is not counted.</summary>
    public void Add(PbxCall call)
    {
        if (call.State == PbxCallState.Ended)
            _calls[(call.Connection, call.CallId)] = call with { Events = [], Legs = [] };
    }

    /// <summary>How long a caller from outside waited for a person; null when it is not known, or not whether one was reached.</summary>
    public static TimeSpan? WaitOf(PbxCall call)
    {
        if (call.Direction != PbxDirection.Inbound || !(call.IsReached || call.IsUnreached))
            return null;
        var wait = call.IsReached ? call.AnsweredAt - call.StartedAt : call.EndedAt - call.StartedAt;

        // A platform's clock may be put right in the middle of a call.
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    /// <summary>The figures of all calls.</summary>
    public PbxCallFigures Measure() => Measure(_calls.Values, [], default);

    /// <summary>The figures of each group, in the order of day, hour, queue and extension.</summary>
    /// <param name="by">What the calls of a group have in common; none for one group of all.</param>
    public IReadOnlyList<PbxCallFigures> Measure(IReadOnlyList<PbxCallGrouping> by) =>
    [
        .. _calls.Values.GroupBy(c => KeyOf(c, by)).Select(g => Measure(g, by, g.Key))
            .OrderBy(f => f.Day).ThenBy(f => f.Hour).ThenBy(f => f.Queue, StringComparer.Ordinal).ThenBy(f => f.Extension, StringComparer.Ordinal),
    ];

    /// <summary>The beginning of the hour by the clock.</summary>
    public static DateTimeOffset HourOf(DateTimeOffset time, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(time, zone);
        return new DateTimeOffset(local.Year, local.Month, local.Day, local.Hour, 0, 0, local.Offset);
    }

    private Key KeyOf(PbxCall call, IReadOnlyList<PbxCallGrouping> by) => new(
        by.Contains(PbxCallGrouping.Day) ? DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(call.StartedAt, zone).DateTime) : null,
        by.Contains(PbxCallGrouping.Hour) ? HourOf(call.StartedAt, zone) : null,
        by.Contains(PbxCallGrouping.Queue) ? call.Queue : null,
        by.Contains(PbxCallGrouping.Extension) ? call.Extension : null);

    private PbxCallFigures Measure(IEnumerable<PbxCall> calls, IReadOnlyList<PbxCallGrouping> by, Key key)
    {
        var (all, inbound, outbound, within) = (0L, 0L, 0L, 0L);
        var (answered, unreached, inTime, waits) = (0L, 0L, 0L, 0L);
        var (longest, waited, talked) = (TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        string? queueName = null, extensionName = null;
        foreach (var call in calls)
        {
            all++;
            talked += call.TalkTime is { } talk && talk > TimeSpan.Zero ? talk : TimeSpan.Zero;
            queueName ??= key.Queue is null ? null : call.QueueName;
            extensionName ??= key.Extension is null ? null : call.ExtensionName;
            outbound += call.Direction == PbxDirection.Outbound ? 1 : 0;
            within += call.Direction == PbxDirection.Internal ? 1 : 0;
            if (call.Direction != PbxDirection.Inbound)
                continue;
            inbound++;
            answered += call.IsReached ? 1 : 0;
            unreached += call.IsUnreached ? 1 : 0;
            if (WaitOf(call) is not { } wait)
                continue;
            waits++;
            waited += wait;
            longest = wait > longest ? wait : longest;
            inTime += call.IsReached && wait <= serviceLevel ? 1 : 0;
        }
        return new PbxCallFigures
        {
            By = by,
            Day = key.Day,
            Hour = key.Hour,
            Queue = key.Queue,
            QueueName = queueName,
            Extension = key.Extension,
            ExtensionName = extensionName,
            Calls = all,
            Inbound = inbound,
            Outbound = outbound,
            Internal = within,
            Answered = answered,
            Unreached = unreached,
            Unknown = inbound - answered - unreached,
            AnsweredInTime = inTime,
            ServiceLevel = waits == 0 ? null : 100.0 * inTime / waits,
            LongestWait = waits == 0 ? null : longest,
            AverageWait = waits == 0 ? null : waited / waits,
            TalkTime = talked,
        };
    }

    private readonly record struct Key(DateOnly? Day, DateTimeOffset? Hour, string? Queue, string? Extension);
}
