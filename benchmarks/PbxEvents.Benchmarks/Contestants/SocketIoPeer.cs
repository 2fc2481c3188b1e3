using System.Text.Json;
using SocketIOClient;

namespace PbxEvents.Benchmarks.Contestants;

/// <summary>SocketIOClient 3.0.6, used as its page shows: a handler that takes the event's object.</summary>
/// <param name="port">The server's port.</param>
/// <param name="version">The server's version, 2 or 4.</param>
/// <param name="keeps">True to read the event's name too and keep its object in a ring.</param>
internal sealed class SocketIoPeer(int port, int version, bool keeps) : IContestant
{
    private readonly KeptRing<JsonElement>? _ring = keeps ? new() : null;
    private SocketIO? _client;
    private string? _lastCall;
    private long _count;

    public long Count => Volatile.Read(ref _count);

    public string Proof => _ring?.Proof ?? _lastCall ?? "none";

    public async Task ConnectAsync()
    {
        _client = new SocketIO($"http://127.0.0.1:{port}", new SocketIOOptions
        {
            EIO = version == 2 ? 3 : 4,
            Transport = SocketIOClient.Transport.TransportProtocol.WebSocket,
            AutoUpgrade = false,
            Reconnection = false,
        });
        _client.On("PBX", response =>
        {
            var payload = response.GetValue<JsonElement>();
            _lastCall = payload.GetProperty("sessionId").GetString();
            _ring?.Add(payload.GetProperty("event").GetString(), _lastCall, payload);
            Interlocked.Increment(ref _count);
        });
        // ConnectAsync may return before the namespace is joined.
        var joined = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _client.OnConnected += (_, _) => joined.TrySetResult();
        await _client.ConnectAsync();
        await joined.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _client!.DisconnectAsync();
        _client.Dispose();
    }
}
