namespace PbxEvents.Journal.Reactions;

/// <summary>How a reaction runs. Immutable.</summary>
internal sealed record ReactionOptions
{
    /// <summary>Its name, unique in the journal.</summary>
    public required string Name { get; init; }

    /// <summary>Which events it is for.</summary>
    public Func<PbxEvent, bool> IsMatch { get; init; } = _ => true;

    /// <summary>True when it runs once for a call's coming to a state, by whatever event; else once for each event.</summary>
    public bool IsOfMoments { get; init; }

    /// <summary>The first event it may run for, by its number, when nobody has seen its name before. Default: those that come from now on.</summary>
    public long? StartAfter { get; init; }

    /// <summary>How often it is tried in all. Default 5.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>The delay before the second try. Default 5 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>When the action is told to end. Default 10 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>What keeps its order. Default the call.</summary>
    public PbxOrderBy OrderBy { get; init; }

    /// <summary>How many actions run at once, of different order. Default 1.</summary>
    public int Concurrency { get; init; } = 1;

    /// <summary>Events older than this are dead letters without a try; null for no limit.</summary>
    public TimeSpan? MaxEventAge { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Chance, from 0 to 1, so that what failed together is not tried again together.</summary>
    public Func<double> Random { get; init; } = System.Random.Shared.NextDouble;

    /// <summary>Told of a stretch of the journal that was dropped before it was read.</summary>
    public Action<PbxGap> Missed { get; init; } = _ => { };

    /// <summary>Told of a try that failed, and when the next one is due; null for a dead letter.</summary>
    public Action<Delivery, Failure, DateTimeOffset?> Failed { get; init; } = (_, _, _) => { };

    /// <summary>The same on every try, in every process, and when the same event comes twice.</summary>
    public string KeyOf(PbxEvent e) =>
        IsOfMoments && e is { CallId: { } call, CallState: { } state } ? ToKey(Name, e.Connection, call, $"{state}") : ToKey(Name, e.Connection, e.Id);

    /// <summary>Goes into headers, file names and lines: nothing but visible ASCII, whatever a platform's ids are made of.</summary>
    private static string ToKey(params ReadOnlySpan<string> parts)
    {
        var key = new System.Text.StringBuilder();
        foreach (var part in parts)
        {
            if (key.Length > 0)
                key.Append('/');
            foreach (var c in part)
            {
                if (c is > ' ' and < '\x7f' and not ('%' or '/'))
                    key.Append(c);
                else
                    key.Append('%').Append(((int)c).ToString("X4", System.Globalization.CultureInfo.InvariantCulture));
            }
        }
        return key.ToString();
    }

    /// <summary>Events of one key run one after the other; null for an event that waits for no other.</summary>
    public string? OrderKeyOf(PbxEvent e) => OrderBy switch
    {
        PbxOrderBy.Call when e.CallId is { } call => $"c{e.Connection}/{call}",
        PbxOrderBy.Call or PbxOrderBy.Extension when e.Extension is { } extension => $"e{e.Connection}/{extension}",
        PbxOrderBy.Call when e.Queue is { } queue => $"q{e.Connection}/{queue}",
        _ => null,
    };

    /// <summary>How long to wait after a try: four times as long each time, at most an hour, a fifth more or less.</summary>
    public TimeSpan DelayAfter(int attempt)
    {
        var delay = Math.Min(RetryDelay.TotalSeconds * Math.Pow(4, attempt - 1), TimeSpan.FromHours(1).TotalSeconds);
        return TimeSpan.FromSeconds(delay * (0.8 + 0.4 * Random()));
    }

    /// <summary>No delay is longer.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromHours(1.2);
}
