using PbxEvents.Simulator.Scenarios;

namespace PbxEvents.Simulator.Core;

/// <summary>
/// The calls that have ended, with all their legs and times, and those that run: what a platform's call records are made of. The oldest
/// go first. Safe from any thread.
/// </summary>
/// <param name="faults">Whether records come late.</param>
/// <param name="clock">The clock.</param>
/// <param name="played">The calls that are being played.</param>
internal sealed class CallBook(FaultState faults, TimeProvider clock, Func<IReadOnlyList<SimulatedCall>> played)
{
    private const int Capacity = 20_000;

    private readonly object _lock = new();
    private readonly Queue<SimulatedCall> _calls = new();

    /// <summary>Those whose records are there by now, in the order of their ends.</summary>
    public IReadOnlyList<SimulatedCall> Told
    {
        get
        {
            lock (_lock)
                return [.. _calls.Where(c => IsTold(c.EndedAt))];
        }
    }

    /// <summary>Those that are being played and have not ended, oldest first.</summary>
    public IEnumerable<SimulatedCall> Running => played().Where(c => c.EndedAt is null);

    /// <summary>True when the record of something that ended is there by now.</summary>
    /// <param name="endedAt">When it ended; null when it has not.</param>
    public bool IsTold(DateTimeOffset? endedAt) => endedAt + faults.RecordDelay <= clock.GetUtcNow();

    /// <summary>Adds a call; one that was broken off before its end leaves no record.</summary>
    /// <param name="call">The call.</param>
    public void Add(SimulatedCall call)
    {
        if (call.EndedAt is null)
            return;
        lock (_lock)
        {
            _calls.Enqueue(call);
            if (_calls.Count > Capacity)
                _calls.Dequeue();
        }
    }
}
