using System.Diagnostics;

namespace PbxEvents.Providers.Contracts;

/// <summary>
/// Knows when this process could not work: it was suspended, stood in a debugger or a long collection, or its thread pool had
/// no thread left for us because others sleep on them. Such a time says nothing about a server, so it counts for no silence. One
/// thread of its own for the whole process looks four times a second; it also gives a starved pool more threads, so that
/// sockets, pings and loops go on within half a second.
/// </summary>
internal sealed class ProcessPulse
{
    /// <summary>How many threads a starved pool gets at each look, and at most on top of what it had.</summary>
    private const int ThreadsAtOnce = 8, MostThreads = 64;

    private const int StallsKept = 64;

    /// <summary>How often it looks. What comes later than twice that is a stall.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(250);

    private static readonly Lazy<ProcessPulse> Own = new(() => new ProcessPulse(isBeating: true));

    /// <summary>A clock that a test moves stands still as it likes.</summary>
    private static readonly ProcessPulse None = new(isBeating: false);

    private readonly object _gate = new();
    private readonly Queue<(long From, long To)> _stalls = new();
    private readonly int _firstThreads;
    private long _probedAt;
    private int _isProbing;

    /// <param name="isBeating">False for one that knows only the stalls it is told.</param>
    internal ProcessPulse(bool isBeating)
    {
        ThreadPool.GetMinThreads(out _firstThreads, out _);
        if (isBeating)
            new Thread(Run) { IsBackground = true, Name = "PbxEvents pulse" }.Start();
    }

    /// <summary>The process's own; it begins with the first use. For a clock other than the system's, one without stalls. Any thread.</summary>
    /// <param name="clock">The clock that times are measured by.</param>
    public static ProcessPulse Of(TimeProvider clock) => ReferenceEquals(clock, TimeProvider.System) ? Own.Value : None;

    /// <summary>How much of the time until now the process could not work. Any thread.</summary>
    /// <param name="last">How far back to look.</param>
    public TimeSpan StalledWithin(TimeSpan last)
    {
        var now = Stopwatch.GetTimestamp();
        var begin = now - (long)(last.TotalSeconds * Stopwatch.Frequency);
        long stalled = 0;
        lock (_gate)
        {
            foreach (var (from, to) in _stalls)
                stalled += Math.Max(0, Math.Min(to, now) - Math.Max(from, begin));
        }
        return Stopwatch.GetElapsedTime(0, stalled);
    }

    /// <summary>Takes note of a stall. They come in order and do not overlap.</summary>
    internal void Add(long from, long to)
    {
        lock (_gate)
        {
            _stalls.Enqueue((from, to));
            if (_stalls.Count > StallsKept)
                _stalls.Dequeue();
        }
    }

    private void Run()
    {
        var before = Stopwatch.GetTimestamp();
        while (true)
        {
            Thread.Sleep(Beat);
            var now = Stopwatch.GetTimestamp();
            if (Stopwatch.GetElapsedTime(before, now) > 2 * Beat || IsStarved(now))
                Add(before, now);
            before = now;
        }
    }

    /// <summary>Asks the pool for a sign of life; one that does not come before the next look means that it is starved.</summary>
    private bool IsStarved(long now)
    {
        if (Interlocked.Exchange(ref _isProbing, 1) == 0)
        {
            _probedAt = now;
            ThreadPool.UnsafeQueueUserWorkItem(static pulse => Volatile.Write(ref pulse._isProbing, 0), this, preferLocal: false);
            return false;
        }
        if (Stopwatch.GetElapsedTime(_probedAt, now) < Beat / 2)
            return false;
        ThreadPool.GetMinThreads(out var threads, out var ports);
        var wanted = Math.Min(Math.Max(threads, ThreadPool.ThreadCount) + ThreadsAtOnce, _firstThreads + MostThreads);
        if (wanted > threads)
            ThreadPool.SetMinThreads(wanted, ports);
        return true;
    }
}
