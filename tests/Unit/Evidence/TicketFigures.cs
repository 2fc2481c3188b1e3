namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>What one run of missed calls, kills and restarts was, in figures.</summary>
/// <param name="Platform">The platform.</param>
/// <param name="Seed">What every choice came from.</param>
internal sealed record TicketFigures(string Platform, int Seed)
{
    /// <summary>Calls that were missed.</summary>
    public int Missed { get; init; }

    /// <summary>Calls that were not.</summary>
    public int Others { get; init; }

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

    /// <summary>How often the desk refused one.</summary>
    public int Refused { get; init; }

    public int Kills { get; init; }

    public int Restarts { get; init; }

    public TimeSpan Elapsed { get; init; }

    /// <summary>What was wrong, a line each; empty when all was well.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    public override string ToString() =>
        $"{Platform} seed {Seed}: {Missed} missed calls and {Others} others, {Kills} kills, {Restarts} restarts: {Tickets} tickets, {Recorded} of them from records; "
        + $"{Without} without, {Twice} twice, {Wrong} wrong, {Reasons.Values.Sum()} with a reason, {Repeats} repeats, {Refused} refused, {Elapsed.TotalSeconds:0} s";
}
