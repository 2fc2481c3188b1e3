using PbxEvents.Providers.Contracts;

namespace PbxEvents.Tests.Peers.Support;

/// <summary>The pairs of server and asked revision that every test of a kind runs against.</summary>
internal static class Peer
{
    /// <summary>All pairs: the server's version and the revision that the client asks for first.</summary>
    public static TheoryData<string> All => ["2/3", "2/4", "3/4", "4/4", "4/3", "4+eio3/3"];

    /// <summary>One pair for each server and revision that goes on in the end, over both transports.</summary>
    public static TheoryData<string, bool> AllTransports
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var peer in new[] { "2/3", "3/4", "4/4", "4+eio3/3" })
            {
                data.Add(peer, false);
                data.Add(peer, true);
            }

            return data;
        }
    }

    public static Task<NodeServer> StartAsync(string peer, params string[] arguments)
    {
        var server = peer.Split('/')[0];
        var version = server[0] - '0';
        return NodeServer.StartAsync(version, server.EndsWith("eio3", StringComparison.Ordinal) ? [.. arguments, "--allow-eio3"] : arguments);
    }

    public static Task<NodeServer> StartAsync(string peer, bool isPolling, params string[] arguments) =>
        StartAsync(peer, [.. arguments, "--transports", isPolling ? "polling" : "websocket"]);

    /// <summary>Opens a link to it and starts to read.</summary>
    public static async Task<LinkUser> ConnectAsync(string peer, int port)
    {
        var client = new LinkUser(TargetOf(peer, port));
        await client.OpenAsync();
        return client;
    }

    public static int AskedRevision(string peer) => peer[^1] - '0';

    /// <summary>What the two agree on.</summary>
    public static int TrueRevision(string peer) => peer switch { "2/4" => 3, "4/3" => 4, _ => AskedRevision(peer) };

    public static LinkTarget TargetOf(string peer, int port) => new()
    {
        Uri = new Uri($"http://127.0.0.1:{port}"),
        Kind = LinkKind.SocketIo,
        Revision = AskedRevision(peer),
    };
}
