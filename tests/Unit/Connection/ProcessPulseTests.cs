using System.Diagnostics;
using PbxEvents.Providers;
using PbxEvents.Providers.Connection;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Transport;
using PbxEvents.Simulator;
using PbxEvents.Tests.Unit.Evidence;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Connection;

/// <summary>Time in which this process could not work is no silence of a server's.</summary>
[Collection(nameof(Alone))]
public sealed class ProcessPulseTests
{
    private readonly ProcessPulse _pulse = new(isBeating: false);

    private static long Ago(double seconds) => Stopwatch.GetTimestamp() - (long)(seconds * Stopwatch.Frequency);

    [Fact]
    public void Counts_what_lies_within_the_time_asked_for()
    {
        _pulse.Add(Ago(30), Ago(20));
        _pulse.Add(Ago(8), Ago(3));
        Assert.Equal(0, _pulse.StalledWithin(TimeSpan.FromSeconds(2)).TotalSeconds, 1);
        Assert.Equal(2, _pulse.StalledWithin(TimeSpan.FromSeconds(5)).TotalSeconds, 1);
        Assert.Equal(5, _pulse.StalledWithin(TimeSpan.FromSeconds(10)).TotalSeconds, 1);
        Assert.Equal(15, _pulse.StalledWithin(TimeSpan.FromSeconds(60)).TotalSeconds, 1);
    }

    [Fact]
    public void A_pause_of_the_process_is_not_taken_for_silence_and_a_server_that_stays_silent_is()
    {
        var clock = new ManualTimeProvider();
        var silent = 0;
        var silence = TimeSpan.FromSeconds(10);
        _pulse.Add(Ago(6), Ago(2));
        using var watch = new SilenceWatch(clock, TimeSpan.FromSeconds(10), () => silence, _ => silent++, _pulse);
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(0, silent);
        silence = TimeSpan.FromSeconds(15);
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, silent);
    }

    [Fact]
    public void A_timer_that_elapsed_during_a_pause_waits_once_for_what_may_be_here_unread()
    {
        var clock = new ManualTimeProvider();
        var elapsed = 0;
        using var timers = new LoopTimers(clock, (tick, _) => tick(), _pulse);
        timers.New(() => elapsed++).Set(TimeSpan.FromSeconds(15));
        Thread.Sleep(20);
        _pulse.Add(Ago(60), Stopwatch.GetTimestamp());
        clock.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(0, elapsed);
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, elapsed);
    }

    [Fact]
    public async Task A_starved_pool_gets_threads_and_loses_no_link()
    {
        await using var simulator = PbxSimulator.Start(new SimulatorOptions
        {
            Provider = "TelecomX",
            HeartbeatInterval = TimeSpan.FromSeconds(1),
            HeartbeatTimeout = TimeSpan.FromSeconds(2),
        });
        await using var client = await PbxClient.ConnectAsync(Acceptance.AcceptanceScript.OptionsOf(simulator), Limits.Patience);

        // Whoever sleeps on the pool: 60 work items of six seconds each. Two cores add one or two threads a second by themselves.
        for (var i = 0; i < 60; i++)
            ThreadPool.UnsafeQueueUserWorkItem(_ => Thread.Sleep(6000), null);
        var asked = Stopwatch.StartNew();
        var done = new ManualResetEventSlim();
        ThreadPool.UnsafeQueueUserWorkItem(_ => done.Set(), null);
        Assert.True(done.Wait(TimeSpan.FromSeconds(5)), "The pool got no threads.");
        Assert.True(ProcessPulse.Of(TimeProvider.System).StalledWithin(asked.Elapsed) > TimeSpan.Zero);
        await Task.Delay(3000);
        Assert.Equal((PbxConnectionState.Connected, 0), (client.State, client.ReconnectCount));
    }
}
