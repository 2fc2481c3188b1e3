using CsCheck;
using PbxEvents.Providers.Connection;

namespace PbxEvents.Tests.Unit.Properties;

/// <summary>The mailbox is two queues: what waits, and what the reader took at once when it had nothing left.</summary>
public sealed class MailboxProperties
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private enum Step
    {
        Write,
        Read,
        Wait,
        Complete,
    }

    [Fact]
    public void It_gives_what_two_queues_give()
    {
        var steps = Gen.Frequency((6, Step.Write), (5, Step.Read), (3, Step.Wait), (1, Step.Complete)).Array[0, 60];
        Gen.Select(Gen.Int[1, 5], steps).Sample((capacity, all) =>
        {
            var mailbox = new Mailbox<int>(capacity);
            Queue<int> waiting = new(), taken = new();
            var isComplete = false;
            Task<bool>? reader = null;
            for (var i = 0; i < all.Length; i++)
            {
                switch (all[i])
                {
                    case Step.Write:
                        var hasRoom = !isComplete && waiting.Count < capacity;
                        Assert.Equal(hasRoom, mailbox.TryWrite(i));
                        if (hasRoom)
                            waiting.Enqueue(i);
                        break;
                    case Step.Read:
                        if (taken.Count == 0)
                            (waiting, taken) = (taken, waiting);
                        var isThere = taken.TryDequeue(out var expected);
                        Assert.Equal((isThere, expected), (mailbox.TryRead(out var item), item));
                        break;
                    case Step.Wait when reader is null:
                        reader = mailbox.WaitAsync().AsTask();
                        break;
                    case Step.Complete:
                        mailbox.Complete();
                        isComplete = true;
                        break;
                }

                if (reader is null)
                    continue;
                var isAnythingThere = waiting.Count + taken.Count > 0;
                Assert.Equal(isAnythingThere || isComplete, reader.IsCompleted);
                if (!reader.IsCompleted)
                    continue;
                // Woken by the end it looks again, and only then knows that nothing is there.
                Assert.True(reader.Result || !isAnythingThere);
                reader = null;
            }
        }, iter: 20_000);
    }

    [Fact]
    public async Task Writers_that_wait_lose_and_reorder_nothing() =>
        await Gen.Select(Gen.Int[1, 4], Gen.Int[0, 60].Array[1, 4]).SampleAsync(async (capacity, counts) =>
        {
            var mailbox = new Mailbox<(int Writer, int Number)>(capacity);
            var writing = Task.WhenAll(counts.Select((count, w) => Task.Run(async () =>
            {
                for (var i = 0; i < count; i++)
                    Assert.True(await mailbox.WriteAsync((w, i), CancellationToken.None));
            }))).ContinueWith(done =>
            {
                mailbox.Complete();
                return done;
            }, TaskScheduler.Default).Unwrap();
            var next = new int[counts.Length];
            while (await mailbox.WaitAsync().AsTask().WaitAsync(Patience))
            {
                while (mailbox.TryRead(out var item))
                    Assert.Equal(next[item.Writer]++, item.Number);
            }
            await writing.WaitAsync(Patience);
            Assert.Equal(counts, next);
        }, iter: 300);
}
