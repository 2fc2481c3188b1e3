using CsCheck;
using PbxEvents.Providers.Connection;

namespace PbxEvents.Tests.Unit.Properties;

/// <summary>A log is the list of all events; a cursor is a place in it that may not be further back than the ring reaches.</summary>
public sealed class EventLogProperties
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Every_cursor_reads_what_the_list_holds_and_is_told_what_it_lost()
    {
        // Below 0: events are added. 0 to 2: that cursor reads. 3 and more: it begins anew after that event.
        var steps = Gen.Int[-12, 40].Array[0, 60];
        Gen.Select(Gen.Int[1, 8], steps).Sample((capacity, all) =>
        {
            var log = new EventLog(capacity);
            var head = 0L;
            var cursors = new EventCursor[3];
            var readers = new Reader[3];
            for (var i = 0; i < cursors.Length; i++)
                (cursors[i], readers[i]) = (log.OpenCursor(0), new Reader(0, null));
            foreach (var step in all)
            {
                for (var i = step; i < 0; i++)
                    log.Append(new PbxEvent { Name = "E", ReceivedAt = Start.AddSeconds(++head) });
                if (step >= 3)
                    (cursors[step % 3], readers[step % 3]) = (log.OpenCursor(step - 3), new Reader(step - 3, null));
                else if (step >= 0)
                    readers[step] = Read(cursors[step], readers[step], head, capacity);
                Assert.Equal((head, Math.Max(1, head - capacity + 1)), (log.Head, log.Oldest));
            }
        }, iter: 20_000);
    }

    private static Reader Read(EventCursor cursor, Reader reader, long head, int capacity)
    {
        var isThere = cursor.TryRead(out var found, out var gap);
        Assert.Equal(reader.Position < head, isThere);
        if (!isThere)
        {
            Assert.Equal((null, null, reader.Position), (found, gap, cursor.Position));
            return reader;
        }

        var next = Math.Max(reader.Position + 1, head - capacity + 1);
        var lost = next - reader.Position - 1;
        Assert.Equal((next, next, Start.AddSeconds(next)), (found!.Sequence, cursor.Position, found.ReceivedAt));
        Assert.Equal(lost == 0 ? null : lost, gap?.EventsLost);
        if (gap is not null)
            Assert.Equal((reader.LastReadAt ?? found.ReceivedAt, found.ReceivedAt), (gap.From, gap.To));
        return new Reader(next, found.ReceivedAt);
    }

    private sealed record Reader(long Position, DateTimeOffset? LastReadAt);
}
