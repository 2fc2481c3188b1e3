using PbxEvents.Journal;
using PbxEvents.Module.Connections;

namespace PbxEvents.Module.Service;

/// <summary>Whether the loops of a session advance: those of its connections, the writers of its journals, and the thread on which its actions run. One thread.</summary>
/// <param name="session">The session.</param>
/// <param name="clock">The clock.</param>
internal sealed class LoopWatch(ModuleState session, TimeProvider clock)
{
    /// <summary>As long as an action of a subscription may hold up the thread: as long as one of a durable reaction may run by default.</summary>
    private static readonly TimeSpan ActionPatience = TimeSpan.FromMinutes(10);

    private Task[] _passes = [];
    private Dictionary<PbxJournal, long> _behind = [];
    private long _turnAt;

    /// <summary>The pipeline thread has come by. Any thread.</summary>
    public void Turn() => Volatile.Write(ref _turnAt, clock.GetTimestamp());

    /// <summary>The pipeline thread is not to be watched any more. Any thread.</summary>
    public void Leave() => Volatile.Write(ref _turnAt, 0);

    /// <summary>True while it is watched. Any thread.</summary>
    public bool IsWaiting => Volatile.Read(ref _turnAt) != 0;

    /// <summary>True when all of them have advanced since the last time it was.</summary>
    public bool HasAdvanced()
    {
        if (!Array.TrueForAll(_passes, p => p.IsCompleted) || (Volatile.Read(ref _turnAt) is not 0 and var turnAt && clock.GetElapsedTime(turnAt) > ActionPatience))
            return false;
        var behind = session.Journals.OfType<EventJournal>().Where(j => j is { Behind: > 0, LastError: null }).ToDictionary(PbxJournal (j) => j, j => j.NewestNumber);
        if (behind.Any(b => _behind.TryGetValue(b.Key, out var before) && before == b.Value))
            return false;
        _behind = behind;
        _passes = [.. session.Connections.Select(c => c.PassAsync(CancellationToken.None))];
        return true;
    }
}
