using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Transport;

namespace PbxEvents.Tests.Unit.Yeastar;

/// <summary>
/// The real network, which also tells what the client has under way. A clock that a test moves must stand while an answer is
/// on its way: else a time-out, which is a minute of that clock, passes before a busy machine has brought the answer.
/// </summary>
internal sealed class StageNetwork(TransportOptions options) : ILinkFactory, IHttpClient, IDisposable
{
    private readonly LinkFactory _links = new(options);
    private readonly HttpTransport _http = new(options);
    private int _requests;
    private CountedLink? _newest;

    /// <summary>How many HTTP requests have not been answered yet.</summary>
    public int RequestsUnderWay => Volatile.Read(ref _requests);

    /// <summary>How many heartbeats the client has sent on the link that it opened last.</summary>
    public int HeartbeatsSent => Volatile.Read(ref _newest)?.Heartbeats ?? 0;

    public ILink Create(int id, LinkTarget target, ILinkSink sink)
    {
        var relay = new Relay(sink);
        return relay.Link = new CountedLink(this, _links.Create(id, target, relay));
    }

    public async Task<HttpAnswer> SendAsync(HttpCall request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _requests);
        try
        {
            return await _http.SendAsync(request, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _requests);
        }
    }

    public void Dispose() => _http.Dispose();

    private sealed class CountedLink(StageNetwork owner, ILink inner) : ILink
    {
        private int _heartbeats;

        public int Heartbeats => Volatile.Read(ref _heartbeats);

        public int Id => inner.Id;

        public DateTimeOffset? LastReceivedAt => inner.LastReceivedAt;

        public async Task OpenAsync(CancellationToken cancellationToken)
        {
            await inner.OpenAsync(cancellationToken);
            Volatile.Write(ref owner._newest, this);
        }

        public void Start() => inner.Start();

        public void Send(OutFrame frame)
        {
            inner.Send(frame);
            if (frame.Payload.Span.SequenceEqual("heartbeat"u8))
                Interlocked.Increment(ref _heartbeats);
        }

        public Task CloseAsync(CancellationToken cancellationToken) => inner.CloseAsync(cancellationToken);

        public void Abort(PbxException fault) => inner.Abort(fault);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    /// <summary>Names to the client the link that it holds.</summary>
    private sealed class Relay(ILinkSink sink) : ILinkSink
    {
        public CountedLink Link { get; set; } = null!;

        public ValueTask OnFrameAsync(ILink link, Frame frame) => sink.OnFrameAsync(Link, frame);

        public ValueTask OnUnreadableAsync(ILink link, ReadOnlyMemory<byte> excerpt, string why) => sink.OnUnreadableAsync(Link, excerpt, why);

        public ValueTask OnClosedAsync(ILink link, PbxException? fault) => sink.OnClosedAsync(Link, fault);
    }
}
