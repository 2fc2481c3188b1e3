using PbxEvents.Simulator;
using PbxEvents.Simulator.Yeastar;
using PbxEvents.Tests.Unit.Simulator;

namespace PbxEvents.Tests.Unit.Yeastar;

/// <summary>An hour of a connection, with the PBX's real lifetimes, against the simulator's log as the truth.</summary>
public sealed class YeastarHourTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(5);

    private int _lastExtension = 2000;

    [Fact]
    public async Task An_hour_with_two_rotations_a_drop_an_expired_token_and_a_silent_heartbeat_loses_nothing_that_could_be_had()
    {
        await using var stage = await YeastarStage.OpenAsync();
        var (simulator, client, start) = (stage.Simulator, stage.Client, stage.Clock.GetUtcNow());
        await stage.SubscribeAsync(PbxSubscriptionType.Call);
        await stage.SubscribeAsync(PbxSubscriptionType.Presence);
        await stage.SubscribeAsync(PbxSubscriptionType.Registration);
        await LiveUntilAsync(600);

        // A drop: what happens before the next link is lost, and told.
        await stage.InjectAsync(SimulatorFaults.Drop);
        await stage.LostAsync();
        await PlayAsync(stage, "Missed");
        stage.Clock.Advance(TimeSpan.FromSeconds(2));
        await stage.Watch.ConnectionAsync("Connected");
        await LiveUntilAsync(1435);

        // 80 % of the token's 30 minutes: the first rotation, under traffic.
        await RotateAsync(stage);
        await LiveUntilAsync(2000);

        // The token is ended on the PBX: a fresh one and another link at once.
        await stage.InjectAsync(SimulatorFaults.ExpireToken);
        await stage.LostAsync();
        stage.Clock.Advance(TimeSpan.Zero);
        await stage.Watch.ConnectionAsync("Connected");
        await LiveUntilAsync(2600);

        // A heartbeat that stays away.
        await stage.InjectAsync(YeastarSimulator.SilentHeartbeatFault);
        var (link, opened) = stage.NewestLink();
        var beats = (int)((stage.Clock.GetUtcNow() - opened) / TimeSpan.FromSeconds(25));
        stage.Clock.Advance(opened + TimeSpan.FromSeconds(25 * (beats + 1)) - stage.Clock.GetUtcNow());
        await simulator.Log.WaitAsync(e => e is { Kind: SimulatorLogKind.Request, Name: "heartbeat" } && e.Link == link, beats + 1).InTime();
        await stage.TurnAsync();
        stage.Clock.Advance(TimeSpan.FromSeconds(15));
        await stage.LostAsync();
        await PlayAsync(stage, "Answered");
        stage.Clock.Advance(TimeSpan.FromSeconds(2));
        await stage.Watch.ConnectionAsync("Connected");
        await LiveUntilAsync(3435);

        await RotateAsync(stage);
        await LiveUntilAsync(3600);

        Assert.Equal(3, client.ReconnectCount);
        Assert.Equal(3, client.Gaps.Count);
        Assert.Equal(6, simulator.Log.Of(SimulatorLogKind.Connected).Count);
        await AssertNothingLostAndNothingTwiceAsync(stage);
        Assert.Equal(["get_token", "refresh_token", "get_token", "refresh_token"],
            simulator.Log.Of(SimulatorLogKind.Authenticated).Select(e => e.Name).Where(n => n != "subscribe"));
        Assert.Equal(1, simulator.TokensTaken);
        await client.DisconnectAsync(Limits.Patience);
        Assert.Equal(0, simulator.TokensTaken);

        async Task LiveUntilAsync(int second)
        {
            // First back to the five-second grid that the token's life lies on, then a call now and then.
            await stage.SettleAsync();
            var next = 0;
            while (stage.Clock.GetUtcNow() - start is var age && age < TimeSpan.FromSeconds(second))
            {
                if (next++ % 12 == 0)
                    await PlayAsync(stage, (next / 12 % 3) switch { 0 => "Answered", 1 => "Missed", _ => "Transferred" });
                await stage.PassAsync(new TimeSpan(Step.Ticks - (age.Ticks % Step.Ticks)));
            }
        }
    }

    private async Task PlayAsync(YeastarStage stage, string scenario) => await stage.PlayAsync(scenario, $"{++_lastExtension}");

    /// <summary>Moves the clock to the rotation while calls are played without a pause, until the old link is gone.</summary>
    private async Task RotateAsync(YeastarStage stage)
    {
        var (old, _) = stage.NewestLink();
        var log = stage.Simulator.Log;
        var closed = log.WaitAsync(e => e.Kind == SimulatorLogKind.Disconnected && e.Link == old).InTime();
        var listed = log.WaitAsync(e => e.Kind == SimulatorLogKind.Subscribed && e.Link == old + 1).InTime();

        // The answer to the new link's list comes two seconds later, so that there are events that both links bring.
        await stage.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.LateSubscribe) { Duration = TimeSpan.FromSeconds(2) });
        stage.Clock.Advance(TimeSpan.FromSeconds(5));
        while (!listed.IsCompleted)
            await PlayToTheEndAsync("Answered");
        await PlayToTheEndAsync("Transferred");
        while (!closed.IsCompleted)
        {
            stage.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await PlayToTheEndAsync("Answered");
        }
        await closed;
        Assert.NotEqual(old, stage.NewestLink().Link);

        // As fast as the client follows.
        async Task PlayToTheEndAsync(string scenario) =>
            await stage.EndAsync((await stage.PlayAsync(scenario, $"{++_lastExtension}")).CallId);
    }

    private static async Task AssertNothingLostAndNothingTwiceAsync(YeastarStage stage)
    {
        await stage.SettleAsync();
        var sent = stage.Simulator.Log.Of(SimulatorLogKind.Event);
        await Task.WhenAll(sent.Select(e => e.Settled)).InTime();
        var wanted = sent.Where(e => e.WrittenTo.Count > 0).GroupBy(e => (e.Name, e.Text)).ToDictionary(g => g.Key, g => g.Count());
        var got = stage.Watch.Seen.Where(e => !e.Synthesized).GroupBy(e => (e.Name, e.Raw)).ToDictionary(g => g.Key, g => g.Count());
        Assert.DoesNotContain(wanted, w => got.GetValueOrDefault(w.Key) < w.Value);
        Assert.DoesNotContain(got, g => wanted.GetValueOrDefault(g.Key) < g.Value);

        // The test would prove nothing if no event had come on two links, or none been lost.
        Assert.Contains(sent, e => e.WrittenTo.Count == 2);
        Assert.True(stage.Client.Dropped > 0);
        var lost = sent.Where(e => e.WrittenTo.Count == 0).ToArray();
        Assert.NotEmpty(lost);
        Assert.All(lost, e => Assert.Contains(stage.Client.Gaps, g => g.From <= e.Time && e.Time <= g.To));
    }
}
