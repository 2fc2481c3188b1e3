namespace PbxEvents.Module.Reports;

/// <summary>What a report says, however it is written down. Immutable.</summary>
internal sealed record CallReport
{
    /// <summary>A page with more calls than this is not read by anybody.</summary>
    private const int MostListed = 500;

    /// <summary>Hours of more days than this are no picture any more.</summary>
    private const int MostDaysByHour = 2;

    /// <summary>A platform's clock may once have been years off; days without calls are then left out.</summary>
    private const int MostDaysFilled = 400;

    private static readonly PbxCallFigures Nothing = new CallMeter(TimeSpan.Zero, TimeZoneInfo.Utc).Measure();

    /// <summary>The heading; null for one that says of when it is.</summary>
    public string? Title { get; private init; }

    /// <summary>The clock that its times are told by.</summary>
    public required TimeZoneInfo Zone { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>Who is answered within this time is answered in time.</summary>
    public required TimeSpan ServiceLevel { get; init; }

    /// <summary>The beginning of the first call; null when there is none.</summary>
    public DateTimeOffset? From { get; private init; }

    /// <summary>The beginning of the last call; null when there is none.</summary>
    public DateTimeOffset? To { get; private init; }

    /// <summary>Of all calls.</summary>
    public required PbxCallFigures Total { get; init; }

    /// <summary>True when <see cref="Times"/> are days, not hours.</summary>
    public bool IsByDay { get; private init; }

    /// <summary>Hour by hour, of more than two days day by day; those without a call too.</summary>
    public required IReadOnlyList<PbxCallFigures> Times { get; init; }

    /// <summary>Queue by queue; without calls that came through none.</summary>
    public required IReadOnlyList<PbxCallFigures> Queues { get; init; }

    /// <summary>Extension by extension; without calls that are about none.</summary>
    public required IReadOnlyList<PbxCallFigures> Extensions { get; init; }

    /// <summary>The calls that reached nobody, oldest first: the last of them when there are many.</summary>
    public required IReadOnlyList<PbxCall> Unreached { get; init; }

    /// <summary>Makes the report of what was counted.</summary>
    /// <param name="meter">The calls.</param>
    /// <param name="title">The heading; null for one that says of when it is.</param>
    /// <param name="serviceLevel">What the meter was told.</param>
    /// <param name="zone">The clock that its times are told by.</param>
    /// <param name="now">This moment.</param>
    public static CallReport Make(CallMeter meter, string? title, TimeSpan serviceLevel, TimeZoneInfo zone, DateTimeOffset now)
    {
        DateTimeOffset? from = meter.Calls.Count == 0 ? null : TimeZoneInfo.ConvertTime(meter.Calls.Min(c => c.StartedAt), zone);
        DateTimeOffset? to = meter.Calls.Count == 0 ? null : TimeZoneInfo.ConvertTime(meter.Calls.Max(c => c.StartedAt), zone);
        var isByDay = to is { } last && from is { } first && (last.Date - first.Date).Days >= MostDaysByHour;
        return new CallReport
        {
            Title = title,
            Zone = zone,
            MadeAt = TimeZoneInfo.ConvertTime(now, zone),
            ServiceLevel = serviceLevel,
            From = from,
            To = to,
            Total = meter.Measure(),
            IsByDay = isByDay,
            Times = from is null ? [] : isByDay ? FillDays(meter, from.Value, to!.Value) : FillHours(meter, from.Value, to!.Value, zone),
            Queues = [.. meter.Measure([PbxCallGrouping.Queue]).Where(f => f.Queue is not null)],
            Extensions = [.. meter.Measure([PbxCallGrouping.Extension]).Where(f => f.Extension is not null)],
            Unreached = [.. meter.Calls.Where(c => c.IsUnreached).OrderBy(c => c.StartedAt).TakeLast(MostListed)],
        };
    }

    private static IReadOnlyList<PbxCallFigures> FillDays(CallMeter meter, DateTimeOffset from, DateTimeOffset to)
    {
        var all = meter.Measure([PbxCallGrouping.Day]);
        if ((to.Date - from.Date).Days > MostDaysFilled)
            return all;
        var known = all.ToDictionary(f => f.Day!.Value);
        var days = new List<PbxCallFigures>();
        for (var day = DateOnly.FromDateTime(from.DateTime); day <= DateOnly.FromDateTime(to.DateTime); day = day.AddDays(1))
            days.Add(known.GetValueOrDefault(day) ?? Nothing with { By = [PbxCallGrouping.Day], Day = day });
        return days;
    }

    /// <summary>Clocks are put forward and back by whole hours and by half ones, so the hours are found in small steps.</summary>
    private static List<PbxCallFigures> FillHours(CallMeter meter, DateTimeOffset from, DateTimeOffset to, TimeZoneInfo zone)
    {
        var known = meter.Measure([PbxCallGrouping.Hour]).ToDictionary(f => f.Hour!.Value);
        var hours = new SortedSet<DateTimeOffset>(known.Keys);
        for (var time = from; time < to; time += TimeSpan.FromMinutes(15))
            hours.Add(CallMeter.HourOf(time, zone));
        return [.. hours.Select(h => known.GetValueOrDefault(h) ?? Nothing with { By = [PbxCallGrouping.Hour], Hour = h })];
    }
}
