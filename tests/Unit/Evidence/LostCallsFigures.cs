namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>What one run of calls, drops, restarts and kills was, in figures.</summary>
/// <param name="Platform">The platform.</param>
/// <param name="Seed">What every choice came from.</param>
internal sealed record LostCallsFigures(string Platform, int Seed)
{
    /// <summary>Calls that were played and ended.</summary>
    public int Calls { get; init; }

    /// <summary>How many were told by live events.</summary>
    public int Live { get; init; }

    /// <summary>How many were told from records.</summary>
    public int Recorded { get; init; }

    /// <summary>How many no client told.</summary>
    public int Unaccounted { get; init; }

    /// <summary>How many were told more than once.</summary>
    public int Twice { get; init; }

    /// <summary>How many were told by a process in the moment before it was killed, and by the next one again, because its file did not know yet.</summary>
    public int ToldAgain { get; init; }

    /// <summary>How many have another outcome than an undisturbed client is told, by the reason.</summary>
    public IReadOnlyDictionary<string, int> Others { get; init; } = new Dictionary<string, int>();

    /// <summary>How often each thing was done to the client.</summary>
    public IReadOnlyDictionary<string, int> Blows { get; init; } = new Dictionary<string, int>();

    public TimeSpan Elapsed { get; init; }

    /// <summary>What was wrong, a line each; empty when all was well.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    public override string ToString() =>
        $"{Platform} seed {Seed}: {Calls} calls, {Live} told live, {Recorded} from records, {Unaccounted} not told, {Twice} twice, {ToldAgain} again after a kill, "
        + $"{Others.Values.Sum()} with another outcome, {string.Join(", ", Blows.Select(b => $"{b.Value} {b.Key}"))}, {Elapsed.TotalSeconds:0} s";
}
