using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.TelecomX;
using PbxEvents.Tests.Peers.Support;
using PbxEvents.Tests.Shared;

namespace PbxEvents.Tests.Peers.Simulator;

/// <summary>The reference clients of every generation at the simulator.</summary>
public sealed class SimulatorPeerTests
{
    private static readonly ScenarioOptions Fast = new() { Pace = TimeSpan.Zero };

    public static TheoryData<int, string> Clients
    {
        get
        {
            var data = new TheoryData<int, string>();
            foreach (var version in new[] { 2, 3, 4 })
            {
                data.Add(version, "polling,websocket");
                data.Add(version, "websocket");
                data.Add(version, "polling");
            }

            return data;
        }
    }

    [PeerTheory]
    [MemberData(nameof(Clients))]
    public async Task The_real_client_authenticates_subscribes_and_gets_a_scenario(int version, string transports)
    {
        var peer = SimulatorPeer.Start(version, transports);
        try
        {
            await peer.ConnectedAsync(transports);
            await peer.AuthenticateAndSubscribeAsync();
            var call = Assert.Single(await peer.Simulator.PlayAsync("Answered", Fast));
            foreach (var expected in new[] { "CALL_START", "CALL_START", "CALL_RING", "CALL_ANSWER", "CALL_END", "CALL_END" })
            {
                var data = await peer.EventAsync("PBX");
                Assert.Equal($"{expected} {call.CallId}", $"{data.GetProperty("event")} {data.GetProperty("sessionId")}");
            }
        }
        finally
        {
            await peer.EndAsync();
        }
    }

    [PeerTheory]
    [MemberData(nameof(Clients))]
    public async Task A_request_is_acknowledged_and_answered(int version, string transports)
    {
        var peer = SimulatorPeer.Start(version, transports);
        try
        {
            await peer.UntilAsync("connect");
            await peer.TellAsync($$"""emit authenticate {"token":"{{peer.Simulator.AccessToken}}"}""");
            await peer.EventAsync("authenticated");
            await peer.TellAsync($$"""ask request {"to":{"employee":"{{peer.Simulator.PartnerEmployee}}"},"request":"CommunicatorGetStatus"}""");
            Assert.Equal("""ack [{"success":true,"requestId":"r1"}]""", await peer.UntilAsync("ack"));
            Assert.Equal("r1", (await peer.EventAsync("REPLY")).GetProperty("requestId").GetString());
        }
        finally
        {
            await peer.EndAsync();
        }
    }

    [PeerTheory]
    [MemberData(nameof(Clients))]
    public async Task A_dropped_client_comes_back(int version, string transports)
    {
        var peer = SimulatorPeer.Start(version, transports);
        try
        {
            await peer.UntilAsync("connect");
            await peer.AuthenticateAndSubscribeAsync();
            await peer.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Drop));
            await peer.UntilAsync("disconnect");
            await peer.UntilAsync("connect");
            await peer.AuthenticateAndSubscribeAsync();
            await peer.Simulator.PlayAsync("Missed", Fast);
            Assert.Equal("CALL_START", (await peer.EventAsync("PBX")).GetProperty("event").GetString());
        }
        finally
        {
            await peer.EndAsync();
        }
    }

    [PeerTheory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_client_survives_a_restart_of_the_server(int version)
    {
        var peer = SimulatorPeer.Start(version, "polling,websocket");
        try
        {
            await peer.ConnectedAsync("polling,websocket");
            await peer.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Restart) { Duration = TimeSpan.FromMilliseconds(700) });
            await peer.UntilAsync("disconnect");
            await peer.UntilAsync("connect");
            await peer.AuthenticateAndSubscribeAsync();
            // Once, and nothing is left of the connection before.
            Assert.Single(peer.Simulator.Subscriptions);
            Assert.Equal(1, peer.Simulator.LinkCount);
        }
        finally
        {
            await peer.EndAsync();
        }
    }

    [PeerTheory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_half_open_link_is_noticed_by_the_client(int version)
    {
        var peer = SimulatorPeer.Start(version, "websocket", new TelecomXSimulatorOptions
        {
            Provider = "TelecomX",
            HeartbeatInterval = TimeSpan.FromMilliseconds(500),
            HeartbeatTimeout = TimeSpan.FromMilliseconds(2500),
        });
        try
        {
            await peer.UntilAsync("connect");
            await peer.AuthenticateAndSubscribeAsync();
            // Long enough for several heartbeats: a client that is served right stays.
            await peer.Simulator.PlayAsync("Presence", new ScenarioOptions { Pace = TimeSpan.FromSeconds(2) });
            for (var i = 0; i < 3; i++)
                Assert.StartsWith("event PBX", await peer.ReadLineAsync(), StringComparison.Ordinal);
            await peer.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.HalfOpen));
            Assert.Equal("disconnect ping timeout", await peer.ReadLineAsync());
        }
        finally
        {
            await peer.EndAsync();
        }
    }

    [PeerTheory]
    [InlineData(2, SocketIoSupport.Revision4, false)]
    [InlineData(2, SocketIoSupport.Revision3, true)]
    [InlineData(4, SocketIoSupport.Revision4, true)]
    public async Task A_server_of_one_revision_serves_its_own_clients_only(int version, SocketIoSupport revision, bool isServed)
    {
        var peer = SimulatorPeer.Start(version, "polling,websocket", new TelecomXSimulatorOptions
        {
            Provider = "TelecomX",
            SocketIo = revision | SocketIoSupport.Polling | SocketIoSupport.WebSocket,
        });
        try
        {
            Assert.Equal(isServed ? "connect" : "connect_error", (await peer.UntilAsync("connect")).Split(' ')[0]);
        }
        finally
        {
            await peer.EndAsync();
        }
    }

    [PeerTheory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Two_thousand_events_arrive_in_order_while_the_client_steps_up(int version)
    {
        const int Count = 2000;
        var peer = SimulatorPeer.Start(version, "polling,websocket");
        try
        {
            await peer.UntilAsync("connect");
            await peer.TellAsync($$"""emit authenticate {"token":"{{peer.Simulator.AccessToken}}"}""");
            await peer.TellAsync($$"""emit subscribe {"type":"PBX","customer":"{{peer.Simulator.Domain}}"}""");
            await peer.Simulator.Log.WaitAsync(e => e.Kind == SimulatorLogKind.Subscribed).WaitAsync(RecordingSink.Patience);
            for (var i = 0; i < Count; i++)
                await peer.Simulator.SendEventAsync("PBX", "SWITCH", $$"""{"value":{{i}}}""");
            for (var i = 0; i < Count; i++)
                Assert.Equal(i, (await peer.EventAsync("PBX")).GetProperty("value").GetInt32());
        }
        finally
        {
            await peer.EndAsync();
        }
    }

    [PeerTheory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_client_that_leaves_is_gone(int version)
    {
        var peer = SimulatorPeer.Start(version, "polling,websocket");
        try
        {
            await peer.UntilAsync("connect");
            await peer.TellAsync("close");
            await peer.Simulator.Log.WaitAsync(e => e.Kind == SimulatorLogKind.Disconnected).WaitAsync(RecordingSink.Patience);
            Assert.Equal(0, peer.Simulator.LinkCount);
        }
        finally
        {
            await peer.EndAsync();
        }
    }
}
