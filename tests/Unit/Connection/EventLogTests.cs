using PbxEvents.Providers.Connection;

namespace PbxEvents.Tests.Unit.Connection;

public sealed class EventLogTests
{
    private static PbxEvent MakeEvent(DateTimeOffset at = default) => new() { Name = "E", ReceivedAt = at };

    [Fact]
    public void Numbers_events_without_holes()
    {
        var log = new EventLog(4);
        for (var i = 0; i < 10; i++)
            log.Append(MakeEvent());
        var cursor = log.OpenCursor(6);
        var seen = new List<long>();
        while (cursor.TryRead(out var e, out var gap))
        {
            Assert.Null(gap);
            seen.Add(e!.Sequence);
        }
        Assert.Equal([7, 8, 9, 10], seen);
    }

    [Fact]
    public void Tells_a_slow_reader_exactly_how_many_it_lost_and_when()
    {
        var start = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var log = new EventLog(4);
        var cursor = log.OpenCursor(0);
        log.Append(MakeEvent(start));
        Assert.True(cursor.TryRead(out _, out _));
        for (var i = 1; i <= 10; i++)
            log.Append(MakeEvent(start.AddSeconds(i)));

        Assert.True(cursor.TryRead(out var next, out var gap));
        Assert.Equal(8, next!.Sequence);
        Assert.NotNull(gap);
        Assert.Equal(6, gap.EventsLost);
        Assert.Equal(start, gap.From);
        Assert.Equal(start.AddSeconds(7), gap.To);
        Assert.Equal(PbxGapReason.SlowConsumer, gap.Reason);
        Assert.Equal(PbxGapRecovery.Lost, gap.Recovery);
    }

    [Fact]
    public async Task Wakes_a_waiting_reader()
    {
        var log = new EventLog(4);
        var cursor = log.OpenCursor(0);
        var wait = cursor.WaitAsync(CancellationToken.None).AsTask();
        Assert.False(wait.IsCompleted);
        log.Append(MakeEvent());
        Assert.True(await wait.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.True(cursor.TryRead(out _, out _));
    }

    [Fact]
    public async Task Lets_a_reader_finish_what_is_there_when_the_log_ends()
    {
        var log = new EventLog(4);
        log.Append(MakeEvent());
        log.Complete();
        var cursor = log.OpenCursor(0);
        Assert.True(await cursor.WaitAsync(CancellationToken.None));
        Assert.True(cursor.TryRead(out _, out _));
        Assert.False(await cursor.WaitAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Loses_nothing_between_a_writer_and_many_readers()
    {
        const int Count = 200_000;
        var log = new EventLog(1000);
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var cursor = log.OpenCursor(0);
            long seen = 0, lost = 0, last = 0;
            while (await cursor.WaitAsync(CancellationToken.None))
            {
                while (cursor.TryRead(out var e, out var gap))
                {
                    lost += gap?.EventsLost ?? 0;
                    Assert.True(e!.Sequence > last);
                    last = e.Sequence;
                    seen++;
                }
            }
            return seen + lost;
        })).ToArray();
        await Task.Run(() =>
        {
            for (var i = 0; i < Count; i++)
                log.Append(MakeEvent());
            log.Complete();
        });
        foreach (var total in await Task.WhenAll(readers).WaitAsync(TimeSpan.FromMinutes(1)))
            Assert.Equal(Count, total);
    }
}
