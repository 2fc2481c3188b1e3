using System.Text;
using System.Text.Json;
using Websocket.Client;

namespace PbxEvents.Benchmarks.Contestants;

/// <summary>Websocket.Client 5.5.1, used as its page shows: a subscription that takes each message's text. Its reconnection is off.</summary>
/// <param name="path">The path of the server's WebSocket.</param>
/// <param name="port">The server's port.</param>
/// <param name="fields">The names of the two fields to look for.</param>
/// <param name="greetings">How many messages come before the events.</param>
/// <param name="keeps">True to keep each message in a ring, as a document that can be looked at later.</param>
internal sealed class WebSocketPeer(string path, int port, (string Name, string Call) fields, int greetings, bool keeps) : IContestant
{
    private readonly WebsocketClient _client = new(new Uri($"ws://127.0.0.1:{port}{path}")) { IsReconnectionEnabled = false };
    private readonly TaskCompletionSource _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _name = Encoding.UTF8.GetBytes(fields.Name);
    private readonly byte[] _call = Encoding.UTF8.GetBytes(fields.Call);
    private readonly KeptRing<JsonDocument>? _ring = keeps ? new() : null;
    private int _greetings;
    private string? _lastCall;
    private long _count;

    public long Count => Volatile.Read(ref _count);

    public string Proof => _ring?.Proof ?? _lastCall ?? "none";

    public async Task ConnectAsync()
    {
        _client.MessageReceived.Subscribe(Take);
        await _client.StartOrFail();
        if (greetings > 0)
            await _greeted.Task;
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return default;
    }

    private void Take(ResponseMessage message)
    {
        if (_greetings < greetings)
        {
            if (++_greetings == greetings)
                _greeted.TrySetResult();
            return;
        }
        if (_ring is null)
        {
            var (_, call) = EventDocument.Read(message.Text!, _name, _call);
            _lastCall = call ?? _lastCall;
        }
        else
        {
            // Not disposed when it leaves the ring: a script may still hold it, as it may hold an event of ours.
            var document = JsonDocument.Parse(message.Text!);
            _ring.Add(EventDocument.Find(document.RootElement, _name), EventDocument.Find(document.RootElement, _call), document);
        }
        Volatile.Write(ref _count, _count + 1);
    }
}
