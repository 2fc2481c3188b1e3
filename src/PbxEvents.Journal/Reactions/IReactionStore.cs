namespace PbxEvents.Journal.Reactions;

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

/// <summary>Where an event stands in a reaction. The numbers stand in files.</summary>
internal enum WorkState
{
    /// <summary>It waits for an older one of its order, or for its next try.</summary>
    Waits = 0,

    /// <summary>Its action runs; after a process ended, it ran then.</summary>
    Runs = 1,

    /// <summary>It is not tried again.</summary>
    Dead = 2,
}

/// <summary>
/// How far one reaction is. What a call of it has done outlives the process; each call is done as a whole or not at all. Any thread.
/// All that fails does so as a <see cref="PbxException"/>.
/// </summary>
internal interface IReactionStore : IDisposable
{
    /// <summary>The number of the last event that has been looked at, as all that came before it, whoever did.</summary>
    long Place { get; }

    /// <summary>After which event to read on, here.</summary>
    long ReadFrom { get; }

    /// <summary>Which parts of the events are looked at here; null for all.</summary>
    ReactionParts? Parts { get; }

    /// <summary>False while others who run it have events that they have not looked at.</summary>
    bool HasSeenAll { get; }

    /// <summary>True while it is to take no event.</summary>
    bool IsSuspended { get; }

    /// <summary>Gives parts to others who run the reaction too, and takes those that are free.</summary>
    /// <returns>True when it has others now: then one reads on from <see cref="ReadFrom"/>.</returns>
    bool Share(DateTimeOffset now);

    /// <summary>True when a try for this key has succeeded. Then that is known for as long as the event is kept.</summary>
    /// <param name="key">The key.</param>
    /// <param name="seq">The event that has it.</param>
    bool IsDone(string key, long seq);

    /// <summary>True when an event of this order has been begun, waits, or failed, and is not dead.</summary>
    bool HasOpen(string orderKey);

    /// <summary>Looks at an event no more.</summary>
    void MoveTo(long seq);

    /// <summary>Takes an event in: it waits, runs, or is dead at once.</summary>
    /// <param name="seq">The event.</param>
    /// <param name="orderKey">Its order.</param>
    /// <param name="state">How it stands.</param>
    /// <param name="now">The time.</param>
    /// <param name="failure">Why it is dead.</param>
    void Take(long seq, string? orderKey, WorkState state, DateTimeOffset now, Failure? failure = null);

    /// <summary>The first event that is due and may run now: of whose order nothing runs and nothing older is open.</summary>
    Work? NextDue(DateTimeOffset now);

    /// <summary>When the next one that may run is due; null for none.</summary>
    DateTimeOffset? NextDueAt();

    /// <summary>Makes due now what is due later than any delay reaches: the clock was set back.</summary>
    void BringForward(DateTimeOffset limit, DateTimeOffset now);

    /// <summary>A try begins.</summary>
    void Begin(long seq);

    /// <summary>The action has succeeded.</summary>
    void Succeed(long seq, string key, DateTimeOffset now);

    /// <summary>The action has failed; it is tried again when it is due, or is dead.</summary>
    /// <param name="seq">The event.</param>
    /// <param name="due">When; null for never.</param>
    /// <param name="now">The time.</param>
    /// <param name="failure">Why.</param>
    void Fail(long seq, DateTimeOffset? due, DateTimeOffset now, Failure failure);

    /// <summary>What a step gave; null when it has not come to its end.</summary>
    string? FindStep(long seq, string name);

    /// <summary>Keeps what a step gave.</summary>
    void SaveStep(long seq, string name, string output);

    /// <summary>How many events are open, whoever has them: run, wait, or are to be tried again; and what somebody asked to run again.</summary>
    long CountOpen();

    /// <summary>What somebody asked to run again and is not seen to yet; null for nothing.</summary>
    Replay? NextReplay();

    /// <summary>It is seen to.</summary>
    void EndReplay(Replay replay);

    /// <summary>Where an event that was looked at stands.</summary>
    Standing StandingOf(long seq, string key);

    /// <summary>Lets events run again, from the first try, as if nothing was done for them.</summary>
    /// <param name="replay">What was asked.</param>
    /// <param name="events">The events.</param>
    /// <param name="after">Up to which event it is seen to then.</param>
    /// <param name="now">The time.</param>
    void RunAgain(Replay replay, IReadOnlyCollection<Again> events, long after, DateTimeOffset now);
}

/// <summary>What one of several looks at who run a reaction: of what keeps one order, all.</summary>
/// <param name="OrderBy">What keeps its order.</param>
/// <param name="Held">The parts.</param>
/// <param name="Places">Of each part, held or not, after which event to read on.</param>
internal sealed record ReactionParts(PbxOrderBy OrderBy, short[] Held, long[] Places);

/// <summary>What somebody asked to run again.</summary>
/// <param name="Id">Which it is.</param>
/// <param name="Since">Events that arrived since.</param>
/// <param name="Until">Events that arrived before.</param>
/// <param name="Force">True also for what is done.</param>
/// <param name="Last">The last event that counts.</param>
/// <param name="After">Up to which it is seen to.</param>
internal sealed record Replay(long Id, DateTimeOffset Since, DateTimeOffset Until, bool Force, long Last, long After);

/// <summary>An event that is to run again.</summary>
/// <param name="Seq">Its number.</param>
/// <param name="Key">Its key.</param>
/// <param name="OrderKey">Its order.</param>
internal sealed record Again(long Seq, string Key, string? OrderKey);

/// <summary>An event to be tried.</summary>
/// <param name="Seq">Its number.</param>
/// <param name="Tries">How often it has been tried.</param>
/// <param name="WasCutOff">True when its process ended while its action ran: it may be what ended it.</param>
/// <param name="IsReplay">True when somebody asked for it to run again.</param>
internal sealed record Work(long Seq, int Tries, bool WasCutOff, bool IsReplay);

/// <summary>Why a try failed.</summary>
/// <param name="Error">In words.</param>
/// <param name="ErrorId">The error's id.</param>
/// <param name="Stack">Where in the action.</param>
internal sealed record Failure(string Error, string? ErrorId = null, string? Stack = null)
{
    /// <summary>True when the same again would fail again: it is not tried any more. Not kept in files.</summary>
    public bool IsPermanent { get; init; }

    /// <summary>The shortest pause that was asked for; null for none. Not kept in files.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
