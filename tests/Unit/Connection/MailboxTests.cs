using PbxEvents.Providers.Connection;

namespace PbxEvents.Tests.Unit.Connection;

public sealed class MailboxTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Items_of_many_writers_come_whole_and_each_writers_in_order()
    {
        const int Writers = 4, Each = 20_000;
        var mailbox = new Mailbox<(int Writer, int Number)>(64);
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
                Assert.True(await mailbox.WriteAsync((w, i), CancellationToken.None));
        })));
        var next = new int[Writers];
        for (var read = 0; read < Writers * Each;)
        {
            Assert.True(await mailbox.WaitAsync().AsTask().WaitAsync(Patience));
            while (mailbox.TryRead(out var item))
            {
                Assert.Equal(next[item.Writer]++, item.Number);
                read++;
            }
        }
        await writing.WaitAsync(Patience);
        Assert.False(mailbox.TryRead(out _));
    }

    [Fact]
    public async Task A_full_one_refuses_and_a_writer_that_waits_gets_room()
    {
        var mailbox = new Mailbox<int>(2);
        Assert.True(mailbox.TryWrite(1));
        Assert.True(mailbox.TryWrite(2));
        Assert.False(mailbox.TryWrite(3));
        var waiting = mailbox.WriteAsync(3, CancellationToken.None).AsTask();
        Assert.False(waiting.IsCompleted);
        Assert.True(mailbox.TryRead(out var first));
        Assert.True(await waiting.WaitAsync(Patience));
        Assert.True(mailbox.TryRead(out var second));
        Assert.True(mailbox.TryRead(out var third));
        Assert.Equal((1, 2, 3), (first, second, third));
    }

    [Fact]
    public async Task After_its_end_the_rest_is_read_and_nothing_is_taken()
    {
        var mailbox = new Mailbox<int>(1);
        mailbox.TryWrite(1);
        var waiting = mailbox.WriteAsync(2, CancellationToken.None).AsTask();
        mailbox.Complete();
        Assert.False(await waiting.WaitAsync(Patience));
        Assert.False(mailbox.TryWrite(3));
        Assert.True(await mailbox.WaitAsync());
        Assert.True(mailbox.TryRead(out _));
        Assert.False(await mailbox.WaitAsync());
    }

    [Fact]
    public async Task A_reader_that_waits_is_woken_by_an_item_and_by_the_end()
    {
        var mailbox = new Mailbox<int>(1);
        var waiting = mailbox.WaitAsync().AsTask();
        Assert.False(waiting.IsCompleted);
        mailbox.TryWrite(1);
        Assert.True(await waiting.WaitAsync(Patience));
        Assert.True(mailbox.TryRead(out _));
        waiting = mailbox.WaitAsync().AsTask();
        mailbox.Complete();
        await waiting.WaitAsync(Patience);
        Assert.False(await mailbox.WaitAsync());
    }

    [Fact]
    public async Task A_writer_that_waits_can_give_up()
    {
        var mailbox = new Mailbox<int>(1);
        mailbox.TryWrite(1);
        using var stop = new CancellationTokenSource();
        var waiting = mailbox.WriteAsync(2, stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience));
    }
}
