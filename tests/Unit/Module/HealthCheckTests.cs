using PbxEvents.Module.Health;

namespace PbxEvents.Tests.Unit.Module;

public sealed class HealthCheckTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly HealthLimits None = new();

    [Fact(DisplayName = "is well while it is connected and all is confirmed, however long nothing came, if nobody asks")]
    public void Connected()
    {
        var health = HealthCheck.Of(new StandIn { LastFrame = Now.AddDays(-2), Known = [Subscription(PbxSubscriptionState.Active)] }, None, Now);
        Assert.True(health.IsHealthy);
        Assert.Equal("It is Connected, with 1 subscription.", health.Reason);
        Assert.Equal((PbxHealthKind.Connection, "desk", TimeSpan.FromDays(2), 7L), (health.Kind, health.Name, health.Silence, health.Received));
        Assert.Equal((null, null, null), (health.Lag, health.Retrying, health.DeadLetters));
    }

    [Fact(DisplayName = "is ill while it is not connected, and says why")]
    public void NotConnected()
    {
        var health = HealthCheck.Of(
            new StandIn { Standing = PbxConnectionState.Reconnecting, Fault = new PbxException(PbxErrorKind.LinkLost, "The server went away.", "Wait.") }, None, Now);
        Assert.False(health.IsHealthy);
        Assert.Equal("It is Reconnecting: The server went away.", health.Reason);
        Assert.Null(health.Silence);
        Assert.Equal("It is Connecting.", HealthCheck.WhyNotReady(new StandIn { Standing = PbxConnectionState.Connecting }));
    }

    [Theory(DisplayName = "is ill with a subscription that is not confirmed or was refused, and names it")]
    [InlineData(PbxSubscriptionState.Pending, "The platform has not confirmed yet: 3 Call.", false)]
    [InlineData(PbxSubscriptionState.Rejected, "The platform has refused: 3 Call.", true)]
    public void Subscriptions(PbxSubscriptionState state, string why, bool isReady)
    {
        var connection = new StandIn { Known = [Subscription(PbxSubscriptionState.Active), Subscription(state)] };
        var health = HealthCheck.Of(connection, None, Now);
        Assert.Equal((false, why), (health.IsHealthy, health.Reason));
        Assert.Equal(isReady, HealthCheck.WhyNotReady(connection) is null);
    }

    [Theory(DisplayName = "is ill when nothing came for longer than it may")]
    [InlineData(60, true)]
    [InlineData(61, false)]
    public void Silence(int seconds, bool isHealthy)
    {
        var health = HealthCheck.Of(new StandIn { LastFrame = Now.AddSeconds(-seconds) }, new HealthLimits(TimeSpan.FromMinutes(1)), Now);
        Assert.Equal(isHealthy, health.IsHealthy);
        if (!isHealthy)
            Assert.Equal("Nothing has arrived for 0:01:01; the limit is 0:01:00.", health.Reason);
    }

    [Fact(DisplayName = "is ill when a reaction lags or has dead letters beyond the limit, and not at it")]
    public void Reaction()
    {
        var reaction = new PbxReaction { Name = "tickets", Journal = "/j.db", State = PbxReactionState.Running, CreatedAt = Now, Lag = 5, Retrying = 2, DeadLetters = 1 };
        Assert.True(HealthCheck.Of(reaction, None).IsHealthy);
        Assert.True(HealthCheck.Of(reaction, new HealthLimits(MaxLag: 5, MaxDeadLetters: 1)).IsHealthy);
        Assert.Equal("It is 5 events behind; the limit is 4.", HealthCheck.Of(reaction, new HealthLimits(MaxLag: 4)).Reason);
        var health = HealthCheck.Of(reaction, new HealthLimits(MaxDeadLetters: 0));
        Assert.Equal((false, "It has 1 dead letter; the limit is 0."), (health.IsHealthy, health.Reason));
        Assert.Equal((5L, 2L, 1L), (health.Lag, health.Retrying, health.DeadLetters));
    }

    [Fact(DisplayName = "is ill when a reaction has ended, and tells no figure that it does not know")]
    public void ReactionFaulted()
    {
        var health = HealthCheck.Of(
            new PbxReaction { Name = "tickets", Journal = "/j.db", State = PbxReactionState.Running, LastError = new PbxException(PbxErrorKind.JournalFailed, "No disk.", "Mend it.") }, None);
        Assert.Equal((false, "It is Running: No disk.", null), (health.IsHealthy, health.Reason, health.Lag));
        Assert.Equal("It is Faulted.", HealthCheck.Of(new PbxReaction { Name = "t", Journal = "", CreatedAt = Now, State = PbxReactionState.Faulted }, None).Reason);
        Assert.True(HealthCheck.Of(new PbxReaction { Name = "t", Journal = "", CreatedAt = Now, State = PbxReactionState.Suspended }, None).IsHealthy);
    }

    private static PbxSubscription Subscription(PbxSubscriptionState state) =>
        new() { Id = 3, Filter = new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call }, State = state };

    private sealed class StandIn : PbxConnection
    {
        public PbxConnectionState Standing { get; init; } = PbxConnectionState.Connected;

        public DateTimeOffset? LastFrame { get; init; }

        public PbxException? Fault { get; init; }

        public IReadOnlyList<PbxSubscription> Known { get; init; } = [];

        public override string Name => "desk";

        public override string Provider => "TelecomX";

        public override string Server => "pbx";

        public override PbxConnectionState State => Standing;

        public override DateTimeOffset? ConnectedAt => null;

        public override DateTimeOffset? LastFrameAt => LastFrame;

        public override int ReconnectCount => 0;

        public override long Received => 7;

        public override long Dropped => 0;

        public override IReadOnlyList<PbxGap> Gaps => [];

        public override DateTimeOffset? CallsSince => null;

        public override PbxException? LastError => Fault;

        public override IReadOnlyList<PbxSubscription> Subscriptions => Known;
    }
}
