using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Simulator;
using PbxEvents.Simulator.TelecomX;
using PbxEvents.Tests.Unit.Simulator;

namespace PbxEvents.Tests.Unit.TelecomX;

/// <summary>The client against the simulator, over real sockets.</summary>
public sealed class TelecomXEndToEndTests
{
    [Fact]
    public async Task A_channel_above_the_logins_level_is_refused_at_once_and_the_others_are_not()
    {
        await using var simulator = (TelecomXSimulator)PbxSimulator.Start(new TelecomXSimulatorOptions { Provider = "TelecomX", AccessLevel = "PERSONAL" });
        await using var client = await PbxClient.ConnectAsync(new PbxConnectOptions
        {
            Provider = "TelecomX",
            Server = simulator.Server.ToString(),
            UserName = simulator.UserName,
            Password = new Secret(simulator.Password),
        }, Limits.Patience);
        var started = TimeProvider.System.GetTimestamp();

        var error = await Assert.ThrowsAsync<PbxException>(() =>
            client.SubscribeAsync(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Registration }, Limits.Patience));

        // The server itself would let the subscription wait for its whole time.
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal((PbxErrorKind.PermissionDenied, "REGISTER"), (error.Kind, error.Target));
        Assert.Contains("VIEWER", error.Advice, StringComparison.Ordinal);
        Assert.DoesNotContain(simulator.Log.Entries, e => e.Name == "REGISTER");
        var calls = await client.SubscribeAsync(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call }, Limits.Patience);
        Assert.Equal(PbxSubscriptionState.Active, calls.State);
    }
}
