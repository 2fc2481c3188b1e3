using System.Text.Json;
using PbxEvents.Tests.Peers.Support;

namespace PbxEvents.Tests.Peers.OneCloud;

/// <summary>A real socket.io 4 server that plays OneCloud's part.</summary>
internal sealed class OneCloudPeer : NodeScript
{
    private OneCloudPeer(int port)
        : base("onecloud.js", "--port", port.ToString())
    {
    }

    public int Port { get; private set; }

    public static async Task<OneCloudPeer> StartAsync(int port = 0)
    {
        var peer = new OneCloudPeer(port);
        peer.Port = int.Parse((await peer.ReadLineAsync()).Split(' ')[1]);
        return peer;
    }

    /// <summary>The subscriptions it has taken.</summary>
    public async Task<IReadOnlyList<OneCloudPeerSubscription>> GetSubscriptionsAsync() =>
        JsonSerializer.Deserialize<OneCloudPeerSubscription[]>(await AskAsync("subscriptions"), JsonSerializerOptions.Web)!;

    /// <summary>What it has refused.</summary>
    public async Task<IReadOnlyList<string>> GetRefusedAsync() => JsonSerializer.Deserialize<string[]>(await AskAsync("refused"))!;

    /// <summary>Sends a call record.</summary>
    /// <returns>How many copies were sent.</returns>
    public async Task<int> CallAsync(string record) => int.Parse(await AskAsync($"call {record}"));
}

/// <summary>A subscription as the server saw it.</summary>
/// <param name="Socket">The socket's id.</param>
/// <param name="Protocol">The Engine.IO revision.</param>
/// <param name="Transport">The transport.</param>
/// <param name="Stream">The stream, as in its confirmation.</param>
internal sealed record OneCloudPeerSubscription(string Socket, int Protocol, string Transport, string Stream);
