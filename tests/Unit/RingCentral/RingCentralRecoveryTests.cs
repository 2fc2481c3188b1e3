using PbxEvents.Simulator;
using PbxEvents.Simulator.RingCentral;
using PbxEvents.Simulator.Scenarios;

namespace PbxEvents.Tests.Unit.RingCentral;

/// <summary>The recovery against the simulator's log, which is the truth: what was made, what was missed, what was lost.</summary>
public sealed class RingCentralRecoveryTests
{
    private const int Notifications = 2000;
    private const int Drops = 200;

    private static readonly ScenarioOptions AtOnce = new() { Pace = TimeSpan.Zero };

    [Theory]
    [InlineData(true, 7)]
    [InlineData(false, 8)]
    public async Task Two_hundred_drops_during_two_thousand_notifications_lose_nothing(bool hasTokensOnNotifications, int seed)
    {
        var random = new Random(seed);
        var dropAfter = Enumerable.Range(0, Notifications).OrderBy(_ => random.Next()).Take(Drops).ToHashSet();
        await using var run = await RingCentralRun.StartAsync(RingCentralRun.Options with
        {
            TokensOnNotifications = hasTokensOnNotifications,
            RecoveryBufferSize = Notifications,
            SocketTokenLimit = 5,
        });
        await run.SubscribeTopicAsync("/restapi/v1.0/account/~/extension/~/message-store");

        var reconnects = 0;

        for (var i = 0; i < Notifications; i++)
        {
            await SendAsync(run, i);
            if (!dropAfter.Contains(i))
                continue;

            // Most drops hit a session that stands again, some hit whatever is there in that moment: an upgrade, a replay.
            if (reconnects > 0 && random.Next(5) > 0)
                await run.WaitConnectionAsync("Gap", reconnects);
            reconnects = run.Client.ReconnectCount + 1;
            await run.InjectAsync(SimulatorFaults.Drop);
        }
        await run.WaitAsync(e => e.Raw.Contains($"\"number\":{Notifications - 1}}}", StringComparison.Ordinal));

        var made = run.Simulator.Log.Of(SimulatorLogKind.Event).Select(e => e.EventId!).ToArray();
        var got = run.Events.Where(e => e.Category == PbxCategory.Message).Select(e => e.Id).ToArray();
        Assert.Equal(Notifications, made.Length);
        Assert.Equal(made, got);
        Assert.All(run.Client.Gaps, g => Assert.Equal(PbxGapRecovery.Recovered, g.Recovery));
        Assert.Equal(Drops, run.Simulator.Log.Of(SimulatorLogKind.Fault).Count);
        Assert.True(run.Client.ReconnectCount > Drops / 2, $"Only {run.Client.ReconnectCount} reconnects.");
        Assert.Single(run.Simulator.Log.Of(SimulatorLogKind.Subscribed));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(25)]
    public async Task The_gap_tells_exactly_what_the_buffer_lost(int missed)
    {
        const int BufferSize = 10;
        await using var run = await RingCentralRun.StartAsync(RingCentralRun.Options with { RecoveryBufferSize = BufferSize });
        await run.SubscribeTopicAsync("/restapi/v1.0/account/~/extension/~/message-store");
        for (var i = 0; i < 5; i++)
            await SendAsync(run, i);
        await run.WaitAsync(e => e.Category == PbxCategory.Message, 5);

        await run.InjectAsync(SimulatorFaults.Refuse, count: 100_000);
        await run.InjectAsync(SimulatorFaults.Drop);
        await run.WaitConnectionAsync(nameof(PbxConnectionState.Reconnecting));
        for (var i = 5; i < 5 + missed; i++)
            await SendAsync(run, i);
        run.Simulator.ClearFaults();

        var gap = (await run.WaitConnectionAsync("Gap")).Gap!;
        var recovery = Assert.Single(run.Simulator.Log.Of(SimulatorLogKind.Authenticated), e => e.Name == "recovery");
        var lost = Math.Max(0, missed - BufferSize);
        Assert.Equal($"Successful missed {missed} lost {lost}", recovery.Text);
        var expected = lost == 0
            ? (PbxGapRecovery.Recovered, PbxGapReason.LinkLost, (long?)null)
            : (PbxGapRecovery.Partial, PbxGapReason.BufferOverrun, lost);
        Assert.Equal(expected, (gap.Recovery, gap.Reason, gap.EventsLost));
        Assert.Single(run.Client.Gaps);
        var made = run.Simulator.Log.Of(SimulatorLogKind.Event).Select(e => e.EventId!).ToArray();
        Assert.Equal([.. made.Take(5), .. made.Skip(5 + lost)], run.Events.Where(e => e.Category == PbxCategory.Message).Select(e => e.Id));
    }

    [Fact]
    public async Task A_row_of_outages_gives_exactly_the_gaps_that_the_log_predicts()
    {
        const int BufferSize = 10;
        var random = new Random(11);
        await using var run = await RingCentralRun.StartAsync(RingCentralRun.Options with { RecoveryBufferSize = BufferSize });
        await run.SubscribeTopicAsync("/restapi/v1.0/account/~/extension/~/message-store");
        for (var i = 0; i < 5; i++)
            await SendAsync(run, i);
        await run.WaitAsync(e => e.Category == PbxCategory.Message, 5);
        for (var outage = 1; outage <= 30; outage++)
        {
            for (var i = random.Next(1, 8); i > 0; i--)
                await SendAsync(run, i);
            if (random.Next(5) == 0)
                await run.InjectAsync(RingCentralSimulator.FailRecoveryFault);
            await run.InjectAsync(SimulatorFaults.Refuse, count: 100_000);
            await run.InjectAsync(SimulatorFaults.Drop);
            await run.WaitConnectionAsync(nameof(PbxConnectionState.Reconnecting), outage);
            for (var i = random.Next(2 * BufferSize); i > 0; i--)
                await SendAsync(run, i);
            run.Simulator.ClearFaults();
            await run.WaitConnectionAsync("Gap", outage);
        }

        var predicted = run.Simulator.Log.Entries.Where(e => e.Name == "recovery").Select(e => e.Text.Split(' ') switch
        {
            ["Successful", "missed", _, "lost", "0"] => "Recovered LinkLost",
            ["Successful", "missed", _, "lost", var lost] => $"Partial BufferOverrun {lost}",
            _ => "Lost LinkLost",
        }).ToArray();
        var told = run.Client.Gaps.Select(g => $"{g.Recovery} {g.Reason} {g.EventsLost}".TrimEnd()).ToArray();
        Assert.Equal(predicted, told);
        Assert.Equal(30, told.Length);
        Assert.Equal(3, told.Select(t => t.Split(' ')[0]).Distinct().Count());
    }

    [Fact]
    public async Task Without_numbers_a_full_buffer_is_said_to_be_partial()
    {
        const int BufferSize = 10;
        await using var run = await RingCentralRun.StartAsync(
            RingCentralRun.Options with { RecoveryBufferSize = BufferSize, TokensOnNotifications = false });
        await run.SubscribeTopicAsync("/restapi/v1.0/account/~/extension/~/message-store");
        await run.InjectAsync(SimulatorFaults.Refuse, count: 100_000);
        await run.InjectAsync(SimulatorFaults.Drop);
        await run.WaitConnectionAsync(nameof(PbxConnectionState.Reconnecting));
        for (var i = 0; i < 3 * BufferSize; i++)
            await SendAsync(run, i);
        run.Simulator.ClearFaults();

        var gap = (await run.WaitConnectionAsync("Gap")).Gap!;

        Assert.Equal((PbxGapRecovery.Partial, PbxGapReason.BufferOverrun, null), (gap.Recovery, gap.Reason, gap.EventsLost));
    }

    [Fact]
    public async Task Beyond_the_window_everything_is_lost_and_said_so()
    {
        await using var run = await RingCentralRun.StartAsync(RingCentralRun.Options with { RecoveryTimeout = TimeSpan.FromMilliseconds(300) });
        await run.SubscribeTopicAsync("/restapi/v1.0/account/~/extension/~/message-store");
        await run.InjectAsync(SimulatorFaults.Refuse, count: 100_000);
        await run.InjectAsync(SimulatorFaults.Drop);
        var lostAt = (await run.WaitConnectionAsync(nameof(PbxConnectionState.Reconnecting))).ReceivedAt;
        await SendAsync(run, 0);
        await Task.Delay(TimeSpan.FromMilliseconds(400));
        run.Simulator.ClearFaults();

        var gap = (await run.WaitConnectionAsync("Gap")).Gap!;
        await SendAsync(run, 1);
        await run.WaitAsync(e => e.Category == PbxCategory.Message);

        Assert.Equal((PbxGapRecovery.Lost, PbxGapReason.LinkLost, null), (gap.Recovery, gap.Reason, gap.EventsLost));
        Assert.True(gap.From <= lostAt && gap.To > lostAt);
        Assert.Equal(2, run.Simulator.Log.Of(SimulatorLogKind.Subscribed).Count);
        Assert.Contains("\"number\":1", Assert.Single(run.Events, e => e.Category == PbxCategory.Message).Raw, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_later_process_goes_on_with_the_session_and_gets_what_was_missed_once()
    {
        var path = Path.Combine(Path.GetTempPath(), $"pbxevents-{Guid.NewGuid():N}.json");
        try
        {
            await using var run = await RingCentralRun.StartAsync(statePath: path);
            await run.SubscribeAsync(PbxSubscriptionType.Call);
            await run.Simulator.PlayAsync("Answered", AtOnce);
            await run.WaitAsync(e => e.CallState == PbxCallState.Ended);
            await run.Client.DisposeAsync();
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            var missed = Assert.Single(await run.Simulator.PlayAsync("Missed", AtOnce));

            await run.ConnectAsync();
            var before = run.Events.Count(e => e.Category == PbxCategory.Call);
            var subscription = await run.SubscribeAsync(PbxSubscriptionType.Call);

            var end = await run.WaitAsync(e => e.CallId == missed.CallId && e.CallState == PbxCallState.Ended);
            Assert.Equal(PbxOutcome.Missed, end.Outcome);
            Assert.Equal(0, before);
            Assert.True(end.Sequence > subscription.StartSequence);
            Assert.Equal(PbxGapRecovery.Recovered, Assert.Single(run.Client.Gaps).Recovery);
            Assert.Single(run.Simulator.Log.Of(SimulatorLogKind.Subscribed));
            Assert.Single(run.Simulator.Log.Of(SimulatorLogKind.Authenticated), e => e.Name == "jwt");
            var made = run.Simulator.Log.Of(SimulatorLogKind.Event).Where(e => e.CallId == missed.CallId).Select(e => e.EventId!);
            Assert.Equal(made, run.Events.Where(e => e.Category == PbxCategory.Call).Select(e => e.Id));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_later_process_that_comes_too_late_says_what_is_lost()
    {
        var path = Path.Combine(Path.GetTempPath(), $"pbxevents-{Guid.NewGuid():N}.json");
        try
        {
            await using var run = await RingCentralRun.StartAsync(
                RingCentralRun.Options with { RecoveryTimeout = TimeSpan.FromMilliseconds(100) }, statePath: path);
            await run.SubscribeAsync(PbxSubscriptionType.Call);
            await run.Client.DisposeAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(200));

            await run.ConnectAsync();

            Assert.Equal(PbxGapRecovery.Lost, (await run.WaitConnectionAsync("Gap")).Gap!.Recovery);
            Assert.DoesNotContain(run.Simulator.Log.Entries, e => e.Name == "recovery");
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static Task<SimulatorLogEntry> SendAsync(RingCentralRun run, int number) =>
        run.Simulator.SendNotificationAsync("message-store", $"{{\"number\":{number}}}", PbxCategory.Message, "1001");
}
