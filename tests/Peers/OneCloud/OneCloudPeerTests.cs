using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Transport;
using PbxEvents.Tests.Peers.Support;

namespace PbxEvents.Tests.Peers.OneCloud;

/// <summary>OneCloud's client against a real socket.io 4 server with its version 2 switch on.</summary>
public sealed class OneCloudPeerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly PbxSubscriptionFilter[] AllSix =
    [
        new() { Type = PbxSubscriptionType.Call, Extension = ["1001"] },
        new() { Type = PbxSubscriptionType.Agent, Extension = ["1001"] },
        new() { Type = PbxSubscriptionType.Queue, Queue = ["4020"] },
        new() { Type = PbxSubscriptionType.Voicemail, Extension = ["1001"] },
        new() { Type = PbxSubscriptionType.Presence },
    ];

    private static readonly string[] AllStreams =
    [
        "example-domain-<>-agent-<>-sip:1001@example-domain", "example-domain-<>-call-<>-1001", "example-domain-<>-call-<>-4020-<T>-queue",
        "example-domain-<>-contacts-<>-", "example-domain-<>-queued-<>-4020", "example-domain-<>-voicemail-<>-1001",
    ];

    [PeerTheory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_restart_of_the_server_leaves_six_confirmed_subscriptions_each_once(int revision)
    {
        using var limit = new CancellationTokenSource(Patience);
        var first = await OneCloudPeer.StartAsync();
        var port = first.Port;
        PbxClient client;
        await using (first)
        {
            client = Start(port, revision);
            await client.WaitUntilConnectedAsync(limit.Token);
            foreach (var filter in AllSix)
                await client.SubscribeAsync(filter, limit.Token);
            await AssertSixAsync(first, client, revision);
            await first.KillAsync();
        }

        await using (client)
        {
            await using var second = await OneCloudPeer.StartAsync(port);
            await WaitAsync(client, e => e.Category == PbxCategory.Connection && e.Name == "Gap", limit.Token);
            await AssertSixAsync(second, client, revision);
            Assert.Equal(1, client.ReconnectCount);

            // The new server knows none of the old tokens. The look-up shows it, unless the server came up between the two: then
            // the subscriptions show it. Either way the token is renewed once.
            var refused = await second.GetRefusedAsync();
            Assert.Single(refused, r => r == "refresh_token");
            Assert.All(refused, r => Assert.True(r is "refresh_token" or "subscribe", r));

            // Two streams bring the record, the client tells it once.
            Assert.Equal(2, await second.CallAsync(Record("")));
            Assert.Equal(2, await second.CallAsync(Record(",\"remove\":\"yes\"")));
            var end = await WaitAsync(client, e => e.CallState == PbxCallState.Ended, limit.Token);
            Assert.Equal(PbxOutcome.Missed, end.Outcome);
            Assert.Equal([PbxCallState.Ringing, PbxCallState.Ended], StatesOf(client, end.CallId!));
        }
    }

    private static string Record(string more) =>
        "{\"orig_callid\":\"o-1\",\"term_callid\":\"t-1\",\"by_callid\":\"\",\"by_action\":\"\",\"ani\":\"5550100\",\"dnis\":\"1001\",\"term_user\":\"1001\","
        + "\"orig_call_info\":\"progressing\",\"term_call_info\":\"alerting\",\"time_answer\":\"0000-00-00 00:00:00\",\"orig_type\":\"gateway\","
        + $"\"term_type\":\"device\",\"orig_sub\":\"\",\"term_sub\":\"1001\",\"term_uri\":\"sip:1001@example-domain\"{more}}}";

    private static PbxClient Start(int port, int revision)
    {
        var options = new PbxConnectOptions
        {
            Provider = "OneCloud",
            Server = $"http://127.0.0.1:{port}",
            UserName = "1001@example-domain",
            Password = new Secret("password-1"),
            ClientId = "client-1",
            ClientSecret = new Secret("client-secret-1"),
            Timeout = TimeSpan.FromSeconds(60),
        };
        return PbxClient.Start(options, PbxProviders.Get("OneCloud"), new RevisionLinks(new LinkFactory(options.Transport), revision), null);
    }

    private static async Task AssertSixAsync(OneCloudPeer peer, PbxClient client, int revision)
    {
        Assert.All(client.Subscriptions, s => Assert.Equal(PbxSubscriptionState.Active, s.State));
        var taken = await peer.GetSubscriptionsAsync();
        Assert.Equal(AllStreams, taken.Select(t => t.Stream).Order(StringComparer.Ordinal));
        Assert.Single(taken.Select(t => t.Socket).Distinct());
        Assert.All(taken, t => Assert.Equal((revision, "websocket"), (t.Protocol, t.Transport)));
    }

    private static List<PbxCallState?> StatesOf(PbxClient client, string callId)
    {
        var states = new List<PbxCallState?>();
        var cursor = client.Events.OpenCursor(0);
        while (cursor.TryRead(out var pbxEvent, out _))
        {
            if (pbxEvent!.CallId == callId)
                states.Add(pbxEvent.CallState);
        }
        return states;
    }

    private static async Task<PbxEvent> WaitAsync(PbxClient client, Func<PbxEvent, bool> match, CancellationToken cancellationToken)
    {
        var cursor = client.Events.OpenCursor(0);
        while (await cursor.WaitAsync(cancellationToken))
        {
            while (cursor.TryRead(out var pbxEvent, out _))
            {
                if (match(pbxEvent!))
                    return pbxEvent!;
            }
        }
        throw new InvalidOperationException($"The connection ended: {client.LastError?.Message}");
    }

    /// <summary>Real links that ask for one revision first: the platform's own choice is 3, and the server takes either.</summary>
    private sealed class RevisionLinks(ILinkFactory links, int revision) : ILinkFactory
    {
        public ILink Create(int id, LinkTarget target, ILinkSink sink) => links.Create(id, target with { Revision = revision }, sink);
    }
}
