using System.Text.Json;

namespace PbxEvents.Tests.Peers.Support;

/// <summary>Webhooks that look at what they get: with the parser of the Adaptive Cards project, and the library of Standard Webhooks.</summary>
internal sealed class WebhookPeer : NodeScript
{
    private string _root = "";

    private WebhookPeer()
        : base("notify.js")
    {
    }

    public static async Task<WebhookPeer> StartAsync()
    {
        var peer = new WebhookPeer();
        peer._root = $"http://127.0.0.1:{await peer.ReadLineAsync()}";
        return peer;
    }

    public string At(string path) => $"{_root}{path}";

    /// <summary>What the next post was, and what is wrong with it.</summary>
    public async Task<JsonElement> NextAsync()
    {
        using var document = JsonDocument.Parse(await ReadLineAsync());
        return document.RootElement.Clone();
    }
}
