namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>What one run of listeners and workers that share a database, each killed in its turn, was, in figures.</summary>
/// <param name="Seed">What every choice came from.</param>
internal sealed record WorkersFigures(int Seed)
{
    /// <summary>Calls that were missed.</summary>
    public int Missed { get; init; }

    /// <summary>Calls that were not.</summary>
    public int Others { get; init; }

    /// <summary>How often a listener was killed.</summary>
    public int Listeners { get; init; }

    /// <summary>How often the one that stood by came to have all connections.</summary>
    public int Takeovers { get; init; }

    /// <summary>How often a worker was killed.</summary>
    public int Workers { get; init; }

    /// <summary>How often the database was.</summary>
    public int Databases { get; init; }

    /// <summary>How often a script ended by itself, as one does that has lost its connection to the other listener.</summary>
    public int Ended { get; init; }

    /// <summary>Tickets at the desk.</summary>
    public int Tickets { get; init; }

    /// <summary>How many of them are of calls that records told.</summary>
    public int Recorded { get; init; }

    /// <summary>Missed calls without a ticket.</summary>
    public int Without { get; init; }

    /// <summary>Missed calls with more than one.</summary>
    public int Twice { get; init; }

    /// <summary>Tickets of calls that were not missed.</summary>
    public int Wrong { get; init; }

    /// <summary>Tickets that are rightly of a call that was not missed, by the reason.</summary>
    public IReadOnlyDictionary<string, int> Reasons { get; init; } = new Dictionary<string, int>();

    /// <summary>How often the desk had a ticket already.</summary>
    public int Repeats { get; init; }

    /// <summary>How often it could: one of each slot that may have been busy at a kill.</summary>
    public int MostRepeats { get; init; }

    /// <summary>How often the desk refused one.</summary>
    public int Refused { get; init; }

    public TimeSpan Elapsed { get; init; }

    /// <summary>What was wrong, a line each; empty when all was well.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    public override string ToString() =>
        $"two listeners, three workers, seed {Seed}: {Missed} missed calls and {Others} others, kills: {Listeners} of a listener with {Takeovers} takeovers, {Workers} of a worker, {Databases} of the database; "
        + $"{Ended} ended by themselves: {Tickets} tickets, {Recorded} of them from records; {Without} without, {Twice} twice, {Wrong} wrong, {Reasons.Values.Sum()} with a reason, "
        + $"{Repeats} repeats of {MostRepeats} at most, {Refused} refused, {Elapsed.TotalSeconds:0} s";
}
