using PbxEvents.Journal;
using PbxEvents.Module.Connections;

namespace PbxEvents.Module.Service;

/// <summary>Whether the loops of a listener advance: those of its connections, the writers of its journals, and the thread that waits. One thread.</summary>
/// <param name="pass">Asks each connection's loop to come by.</param>
/// <param name="findBehind">The journals that have something to write and have told of no fault, each with the number of the last event that it has.</param>
/// <param name="clock">The clock.</param>
internal sealed class LoopWatch(Func<IEnumerable<Task>> pass, Func<IEnumerable<KeyValuePair<PbxJournal, long>>> findBehind, TimeProvider clock)
{
    /// <summary>As long as an action of a subscription may hold up the thread: as long as one of a durable reaction may run by default.</summary>
    private static readonly TimeSpan ActionPatience = TimeSpan.FromMinutes(10);

    private Task[] _passes = [];
    private Dictionary<PbxJournal, long> _behind = [];
    private long _turnAt;

    /// <summary>True while the thread is watched. Any thread.</summary>
    public bool IsWaiting => Volatile.Read(ref _turnAt) != 0;

    /// <summary>Watches what a session runs.</summary>
    public static LoopWatch Of(ModuleState session, TimeProvider clock) => new(
        () => session.Connections.Select(c => c.PassAsync(CancellationToken.None)),
        () => session.Journals.OfType<EventJournal>().Where(j => j is { Behind: > 0, LastError: null }).Select(j => KeyValuePair.Create<PbxJournal, long>(j, j.NewestNumber)),
        clock);

    /// <summary>The thread that waits has come by. Any thread.</summary>
    public void Turn() => Volatile.Write(ref _turnAt, clock.GetTimestamp());

    /// <summary>The thread does something else, and is not watched any more. Any thread.</summary>
    public void Leave() => Volatile.Write(ref _turnAt, 0);

    /// <summary>True when all of them have advanced since the last time it was.</summary>
    public bool HasAdvanced()
    {
        if (!Array.TrueForAll(_passes, p => p.IsCompleted) || (Volatile.Read(ref _turnAt) is not 0 and var turnAt && clock.GetElapsedTime(turnAt) > ActionPatience))
            return false;
        var behind = findBehind().ToDictionary();
        if (behind.Any(b => _behind.TryGetValue(b.Key, out var before) && before == b.Value))
            return false;
        _behind = behind;
        _passes = [.. pass()];
        return true;
    }
}
