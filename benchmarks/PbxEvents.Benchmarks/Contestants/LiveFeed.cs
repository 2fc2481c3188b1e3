using System.Collections.Concurrent;
using System.Diagnostics;
using PbxEvents.Benchmarks.Load;
using PbxEvents.Providers;
using PbxEvents.Providers.Connection;

namespace PbxEvents.Benchmarks.Contestants;

/// <summary>Feeds events at a steady rate and takes the time from a frame's arrival to the moment at which a reader has its event.</summary>
internal sealed class LiveFeed : IDisposable
{
    private readonly GapLink _link;
    private readonly EventCursor _cursor;
    private readonly byte[][] _frames = CallFrames.Make("TelecomX", 500_000, 5);
    private readonly ConcurrentQueue<long> _fed = new();
    private readonly List<double> _latencies = [];
    private readonly Thread _reader;
    private volatile bool _isOver;
    private int _next;

    public LiveFeed(PbxClient client, GapLink link)
    {
        _link = link;
        _cursor = client.Events.OpenCursor(client.Events.Head);
        _reader = new Thread(Read) { IsBackground = true };
        _reader.Start();
    }

    /// <summary>Feeds until some work is done.</summary>
    public async Task RunAsync(int perSecond, Func<Task> work)
    {
        var task = work();
        var step = TimeSpan.FromSeconds(1.0 / perSecond);
        var watch = Stopwatch.StartNew();
        for (var i = 0; !task.IsCompleted; i++)
        {
            var left = step * i - watch.Elapsed;
            if (left > TimeSpan.Zero)
                await Task.Delay(left);
            _fed.Enqueue(Stopwatch.GetTimestamp());
            await _link.FeedAsync(_frames[_next++]);
        }
        await task;
        while (!_fed.IsEmpty)
            await Task.Delay(5);
    }

    /// <summary>The figures since the last time, in milliseconds.</summary>
    public (int Events, double Median, double P99) Take()
    {
        lock (_latencies)
        {
            var sorted = _latencies.Order().ToArray();
            _latencies.Clear();
            return (sorted.Length, sorted[sorted.Length / 2], sorted[sorted.Length * 99 / 100]);
        }
    }

    public void Dispose() => _isOver = true;

    private void Read()
    {
        while (!_isOver && _cursor.WaitAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult())
        {
            while (_cursor.TryRead(out var e, out _))
            {
                // In the order in which they were fed.
                if (e is not { Synthesized: false, Category: PbxCategory.Call } || !_fed.TryDequeue(out var fed))
                    continue;
                lock (_latencies)
                    _latencies.Add(Stopwatch.GetElapsedTime(fed).TotalMilliseconds);
            }
        }
    }
}
