namespace PbxEvents.Journal.Reactions;

/// <summary>How a reaction runs. Immutable.</summary>
internal sealed record ReactionOptions
{
    /// <summary>So many digits at its end a number has in every notation.</summary>
    private const int CommonDigits = 8;

    /// <summary>No delay is longer.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromHours(1.2);

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
    public string? OrderKeyOf(PbxEvent e) => OrderKeyOf(OrderBy, e.Connection, e.CallId, e.Extension, e.Queue, OrderBy == PbxOrderBy.Caller ? e.Call : null);

    /// <summary>Events of one key run one after the other; null for an event that waits for no other.</summary>
    public static string? OrderKeyOf(PbxOrderBy orderBy, string connection, string? callId, string? extension, string? queue, PbxCall? call) => orderBy switch
    {
        PbxOrderBy.Caller when CallerOf(call) is { } caller => $"n{caller}",
        PbxOrderBy.Call or PbxOrderBy.Caller when callId is not null => $"c{connection}/{callId}",
        PbxOrderBy.Call or PbxOrderBy.Caller or PbxOrderBy.Extension when extension is not null => $"e{connection}/{extension}",
        PbxOrderBy.Call or PbxOrderBy.Caller when queue is not null => $"q{connection}/{queue}",
        _ => null,
    };

    /// <summary>How long to wait after a try: four times as long each time, at most an hour, a fifth more or less.</summary>
    /// <param name="attempt">Which try it was.</param>
    /// <param name="asked">The pause that was asked for: it is never shorter, but for a pause that is longer than any.</param>
    public TimeSpan DelayAfter(int attempt, TimeSpan? asked)
    {
        var seconds = Math.Min(RetryDelay.TotalSeconds * Math.Pow(4, attempt - 1), TimeSpan.FromHours(1).TotalSeconds);
        var delay = TimeSpan.FromSeconds(seconds * (0.8 + 0.4 * Random()));
        return asked is not { } pause || pause < delay ? delay
            : pause < LongestDelay ? pause
            : LongestDelay;
    }

    /// <summary>What two notations of a caller's number have in common; null when there is no number.</summary>
    private static string? CallerOf(PbxCall? call)
    {
        if (call is null || OutsideParty.NumberOf(call) is not { } number)
            return null;
        var digits = string.Concat(number.Where(char.IsAsciiDigit));
        return digits.Length == 0 ? string.Concat(number.Where(c => !char.IsControl(c))).ToUpperInvariant() : digits[^Math.Min(CommonDigits, digits.Length)..];
    }
}
