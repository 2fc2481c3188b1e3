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

    /// <summary>
    /// Asks for the events of a time to run again, among those that the reaction has looked at. Who runs it sees to it, at once or when it
    /// starts: only there the filter is known.
    /// </summary>
    /// <param name="reaction">The reaction.</param>
    /// <param name="since">Events that arrived since.</param>
    /// <param name="until">Events that arrived before.</param>
    /// <param name="force">True also for what is done.</param>
    void AskReplay(string reaction, DateTimeOffset since, DateTimeOffset until, bool force);

    /// <summary>Forgets a reaction: its place, what is open, dead, done, and the finished steps. Nothing may run it.</summary>
    void Remove(string reaction);
}

/// <summary>How far a reaction is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Place">The last event that it has looked at.</param>
/// <param name="Lag">How many it has not.</param>
/// <param name="Done">How many keys are done.</param>
/// <param name="Running">How many run, or ran when their process ended.</param>
/// <param name="Waiting">How many wait and have not failed.</param>
/// <param name="Retrying">How many have failed and are tried again.</param>
/// <param name="Dead">How many are not.</param>
/// <param name="IsSuspended">True while it takes none.</param>
/// <param name="CreatedAt">When it was first seen.</param>
internal sealed record ReactionFigures(
    string Name, long Place, long Lag, long Done, long Running, long Waiting, long Retrying, long Dead, bool IsSuspended, DateTimeOffset CreatedAt)
{
    /// <summary>Who runs it, where several can; those that look at nothing at the moment too.</summary>
    public IReadOnlyList<PbxReactionWorker> Workers { get; init; } = [];
}

/// <summary>A dead letter.</summary>
/// <param name="Seq">The event's number.</param>
/// <param name="Tries">How often it was tried.</param>
/// <param name="FirstFailed">When it failed first.</param>
/// <param name="LastFailed">When it failed last.</param>
/// <param name="Failure">Why it failed last.</param>
/// <param name="Steps">The steps that had come to their end.</param>
internal sealed record DeadWork(long Seq, int Tries, DateTimeOffset FirstFailed, DateTimeOffset LastFailed, Failure Failure, IReadOnlyList<string> Steps);
