namespace PbxEvents.Journal.Reactions;

/// <summary>
/// What a journal keeps of all its reactions, for who looks after them: also beside the process that runs them. Each call is done as a
/// whole or not at all. One thread at a time. All that fails does so as a <see cref="PbxException"/>.
/// </summary>
internal interface IReactionBook : IDisposable
{
    /// <summary>All reactions that the journal has seen, by name.</summary>
    IReadOnlyList<ReactionFigures> GetAll();

    /// <summary>The events of a reaction that are not tried again, in their order.</summary>
    IReadOnlyList<DeadWork> GetDead(string reaction);

    /// <summary>Lets a reaction take no event, or take them again.</summary>
    void SetSuspended(string reaction, bool isSuspended);

    /// <summary>Tries a dead letter again, as often as a new event. Its finished steps stay so.</summary>
    /// <returns>False when there is no such dead letter any more.</returns>
    bool RestartDead(string reaction, long seq, DateTimeOffset now);

    /// <summary>Forgets a dead letter.</summary>
    /// <returns>False when there is none any more.</returns>
    bool RemoveDead(string reaction, long seq);

    /// <summary>Where an event stands in a reaction that has looked at it.</summary>
    /// <param name="reaction">The reaction.</param>
    /// <param name="seq">The event.</param>
    /// <param name="key">Its key.</param>
    Standing StandingOf(string reaction, long seq, string key);

    /// <summary>Lets events run again, from the first try, as if nothing was done for them.</summary>
    void RunAgain(string reaction, IReadOnlyCollection<Again> events, DateTimeOffset now);

    /// <summary>Forgets a reaction: its place, what is open, dead, done, and the finished steps. Nothing may run it.</summary>
    void Remove(string reaction);
}

/// <summary>Where an event stands in a reaction.</summary>
internal enum Standing
{
    /// <summary>It was never taken.</summary>
    None,

    /// <summary>The action has succeeded for it.</summary>
    Done,

    /// <summary>It runs, waits, or is to be tried again.</summary>
    Open,

    /// <summary>It is a dead letter.</summary>
    Dead,
}

/// <summary>An event that is to run again.</summary>
/// <param name="Seq">Its number.</param>
/// <param name="Key">Its key.</param>
/// <param name="OrderKey">Its order.</param>
internal sealed record Again(long Seq, string Key, string? OrderKey);

/// <summary>How far a reaction is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Place">The last event that it has looked at.</param>
/// <param name="Lag">How many it has not.</param>
/// <param name="Done">How many keys are done.</param>
/// <param name="Waiting">How many run or wait and have not failed.</param>
/// <param name="Retrying">How many have failed and are tried again.</param>
/// <param name="Dead">How many are not.</param>
/// <param name="IsSuspended">True while it takes none.</param>
/// <param name="CreatedAt">When it was first seen.</param>
internal sealed record ReactionFigures(
    string Name, long Place, long Lag, long Done, long Waiting, long Retrying, long Dead, bool IsSuspended, DateTimeOffset CreatedAt);

/// <summary>A dead letter.</summary>
/// <param name="Seq">The event's number.</param>
/// <param name="Tries">How often it was tried.</param>
/// <param name="FirstFailed">When it failed first.</param>
/// <param name="LastFailed">When it failed last.</param>
/// <param name="Failure">Why it failed last.</param>
/// <param name="Steps">The steps that had come to their end.</param>
internal sealed record DeadWork(long Seq, int Tries, DateTimeOffset FirstFailed, DateTimeOffset LastFailed, Failure Failure, IReadOnlyList<string> Steps);
