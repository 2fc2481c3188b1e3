using PbxEvents.Simulator.Server;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Simulator;

public sealed class OutboxTests
{
    [Fact]
    public async Task What_is_due_between_two_milliseconds_is_waited_for_and_not_asked_for_over_and_over()
    {
        var clock = new ManualTimeProvider();
        var outbox = new Outbox<string>(clock);
        _ = outbox.Post("late", TimeSpan.FromMilliseconds(2000.5));
        // Without a context, as in the simulator: what waits goes on inside of the clock's move, and must come back from there.
        var waiting = Task.Run(() => outbox.WaitAsync(Limits.Patience));
        while (clock.TimerCount == 0)
            await Task.Yield();
        await Task.Run(() => clock.Advance(TimeSpan.FromMilliseconds(2000))).InTime();
        Assert.False(waiting.IsCompleted);
        await Task.Run(() => clock.Advance(TimeSpan.FromMilliseconds(1))).InTime();

        Assert.True(await waiting.InTime());
        Assert.Equal("late", Assert.Single(outbox.Take(2)).Item);
    }
}
