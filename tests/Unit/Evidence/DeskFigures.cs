namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>What one run of callers, kills and a desk that stops was, in figures.</summary>
/// <param name="Seed">What every choice came from.</param>
internal sealed record DeskFigures(int Seed)
{
    /// <summary>Calls that were missed.</summary>
    public int Missed { get; init; }

    /// <summary>Calls by which somebody was talked with, in and out.</summary>
    public int Talks { get; init; }

    /// <summary>Numbers that called or were called.</summary>
    public int Callers { get; init; }

    /// <summary>Tickets at the desk.</summary>
    public int Tickets { get; init; }

    /// <summary>Missed calls that became a comment.</summary>
    public int Comments { get; init; }

    /// <summary>Tickets that are open.</summary>
    public int Open { get; init; }

    /// <summary>Missed calls that no ticket has.</summary>
    public int Without { get; init; }

    /// <summary>Missed calls that are there twice.</summary>
    public int Twice { get; init; }

    /// <summary>Callers with more tickets than they may have.</summary>
    public int TooMany { get; init; }

    /// <summary>Tickets whose calls do not stand in order.</summary>
    public int OutOfOrder { get; init; }

    /// <summary>Callers who were reached, and have an open ticket.</summary>
    public int OpenReached { get; init; }

    /// <summary>Callers who still wait, and have none.</summary>
    public int ResolvedWaiting { get; init; }

    public int Kills { get; init; }

    /// <summary>How often the desk was killed.</summary>
    public int Stops { get; init; }

    /// <summary>Answers of 500 before the desk heard of it.</summary>
    public int Refused { get; init; }

    /// <summary>Answers of 500 after the desk had done it.</summary>
    public int Forgot { get; init; }

    /// <summary>Requests while the desk was away.</summary>
    public int Away { get; init; }

    public TimeSpan Elapsed { get; init; }

    /// <summary>What was wrong, a line each; empty when all was well.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    public override string ToString() =>
        $"Request Tracker, seed {Seed}: {Missed} missed calls and {Talks} talks of {Callers} callers, {Kills} kills, desk stopped {Stops} times, 500 {Refused} times before and {Forgot} after, away for {Away}: "
        + $"{Tickets} tickets with {Comments} comments, {Open} open; {Without} without, {Twice} twice, {TooMany} callers with too many, {OutOfOrder} out of order, "
        + $"{OpenReached} open though reached, {ResolvedWaiting} not open though waiting, {Elapsed.TotalSeconds:0} s";
}
