using PbxEvents.Simulator;
using PbxEvents.Simulator.RingCentral;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Peers.Support;

namespace PbxEvents.Tests.Peers.RingCentral;

/// <summary>The official JavaScript SDK at the simulator: what it can do against the platform, it can do here.</summary>
public sealed class RingCentralSdkTests
{
    private const string Filter = "/restapi/v1.0/account/~/telephony/sessions";

    private static readonly ScenarioOptions Fast = new() { Pace = TimeSpan.Zero };

    [PeerFact]
    public async Task The_sdk_connects_subscribes_and_gets_a_call()
    {
        await using var simulator = Start();
        await using var sdk = new Sdk(simulator);
        await sdk.UntilAsync("subscribed");

        var call = Assert.Single(await simulator.PlayAsync("Answered", Fast));

        foreach (var made in simulator.Log.Of(SimulatorLogKind.Event).Where(e => e.CallId == call.CallId))
            Assert.Equal(made.EventId, (await sdk.UntilAsync("event")).Split(' ')[1]);
        Assert.Equal(Filter, Assert.Single(simulator.Log.Of(SimulatorLogKind.Subscribed)).Name);
    }

    [PeerFact]
    public async Task The_sdk_recovers_and_gets_what_it_missed()
    {
        await using var simulator = Start();
        await using var sdk = new Sdk(simulator);
        await sdk.UntilAsync("subscribed");
        await simulator.PlayAsync("Answered", Fast);
        foreach (var made in simulator.Log.Of(SimulatorLogKind.Event))
            Assert.Equal($"frame {made.EventId}", await sdk.UntilAsync("frame"));

        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Drop));
        var missed = Assert.Single(await simulator.PlayAsync("Missed", Fast));

        Assert.Equal("details Successful", await sdk.UntilAsync("details"));
        foreach (var made in simulator.Log.Of(SimulatorLogKind.Event).Where(e => e.CallId == missed.CallId))
            Assert.Equal($"frame {made.EventId}", await sdk.UntilAsync("frame"));
        await sdk.UntilAsync("recovered");
        Assert.Single(simulator.Log.Of(SimulatorLogKind.Subscribed));
    }

    [PeerFact]
    public async Task The_sdk_subscribes_anew_after_a_failed_recovery()
    {
        await using var simulator = Start();
        await using var sdk = new Sdk(simulator);
        await sdk.UntilAsync("subscribed");
        await simulator.InjectAsync(new SimulatorFault(RingCentralSimulator.FailRecoveryFault));

        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Drop));

        Assert.Equal("details Failed", await sdk.UntilAsync("details Failed"));
        await sdk.UntilAsync("failed");
        await simulator.PlayAsync("Answered", Fast);
        await sdk.UntilAsync("event");
        Assert.Equal(2, simulator.Log.Of(SimulatorLogKind.Subscribed).Count);
    }

    [PeerFact]
    public async Task The_sdk_sends_rest_over_the_socket_and_gives_its_token_back()
    {
        await using var simulator = Start();
        await using var sdk = new Sdk(simulator);
        await sdk.UntilAsync("subscribed");

        await sdk.TellAsync("rest /restapi/v1.0/account/~/extension/~");
        Assert.StartsWith("rest 200 {\"id\":\"1001\"", await sdk.UntilAsync("rest"), StringComparison.Ordinal);
        await sdk.TellAsync("revoke");
        await sdk.UntilAsync("revoked");

        Assert.Contains(simulator.Log.Of(SimulatorLogKind.Request), e => e.Name == "GET /restapi/v1.0/account/~/extension/~");
        Assert.Single(simulator.Log.Of(SimulatorLogKind.Unsubscribed));
        Assert.Contains(simulator.Log.Of(SimulatorLogKind.Authenticated), e => e.Name == "revoke");
    }

    /// <summary>
    /// The SDK uses a socket token again until 80 % of its life are over, although it is good for one use: a short life makes
    /// it ask for another one in time.
    /// </summary>
    private static RingCentralSimulator Start() => (RingCentralSimulator)PbxSimulator.Start(new RingCentralSimulatorOptions
    {
        Provider = "RingCentral",
        SocketTokenLifetime = TimeSpan.FromSeconds(3),
    });

    private sealed class Sdk(RingCentralSimulator simulator) : NodeScript(
        "ringcentral.js", "--server", simulator.Server.ToString().TrimEnd('/'), "--clientId", simulator.ClientId, "--clientSecret", simulator.ClientSecret,
        "--jwt", simulator.Jwt, "--filter", Filter)
    {
        /// <summary>The next line that begins so; others are left out, but not an error.</summary>
        public async Task<string> UntilAsync(string beginning)
        {
            while (true)
            {
                var line = await ReadLineAsync();
                if (line.StartsWith(beginning, StringComparison.Ordinal))
                    return line;
                Assert.False(line.StartsWith("error", StringComparison.Ordinal), line);
            }
        }
    }
}
