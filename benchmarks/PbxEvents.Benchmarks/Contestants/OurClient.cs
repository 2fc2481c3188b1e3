using PbxEvents.Benchmarks.Load;
using PbxEvents.Providers;

namespace PbxEvents.Benchmarks.Contestants;

/// <summary>PbxEvents: events in the buffer, calls tracked.</summary>
/// <param name="platform">The platform.</param>
/// <param name="port">The server's port.</param>
internal sealed class OurClient(Platform platform, int port) : IContestant
{
    private PbxClient? _client;

    public long Count => _client!.Received;

    public string Proof
    {
        get
        {
            // Counted when it arrives, in the buffer a moment later. A gap would be an event that is missing.
            Thread.Sleep(20);
            var cursor = _client!.Events.OpenCursor(0);
            string? last = null;
            while (cursor.TryRead(out var e, out _))
                last = e?.CallId ?? last;
            return _client.GapCount > 0 ? "gap" : last ?? "none";
        }
    }

    public async Task ConnectAsync()
    {
        _client = await PbxClient.ConnectAsync(platform.OptionsFor($"http://127.0.0.1:{port}"), CancellationToken.None);
        await _client.SubscribeAsync(platform.Filter, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
    }
}
