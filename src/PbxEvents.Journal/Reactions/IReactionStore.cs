namespace PbxEvents.Journal.Reactions;

/// <summary>
/// How far one reaction is. What a call of it has done outlives the process; each call is done as a whole or not at all. Any thread.
/// All that fails does so as a <see cref="PbxException"/>.
/// </summary>
internal interface IReactionStore : IDisposable
{
    /// <summary>The number of the last event that has been looked at.</summary>
    long Place { get; }

    /// <summary>True while it is to take no event.</summary>
    bool IsSuspended { get; }

    /// <summary>True when a try for this key has succeeded.</summary>
    bool IsDone(string key);

    /// <summary>True when an event of this order has been begun, waits, or failed, and is not dead.</summary>
    bool HasOpen(string orderKey);

    /// <summary>Looks at an event no more.</summary>
    void MoveTo(long seq);

    /// <summary>Takes an event in: it waits, runs, or is dead at once.</summary>
    void Take(long seq, string? orderKey, WorkState state, DateTimeOffset now, string? error = null);

    /// <summary>The oldest event that may run now: that waits or is due, and of whose order nothing older is open.</summary>
    Work? NextDue(DateTimeOffset now);

    /// <summary>When the next one is due; null for none.</summary>
    DateTimeOffset? NextDueAt();

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

    /// <summary>How many events are open: run, wait, or are to be tried again.</summary>
    long CountOpen();
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
internal sealed record Failure(string Error, string? ErrorId = null, string? Stack = null);
