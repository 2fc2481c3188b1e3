using System.Buffers;
using System.Net;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>Engine.IO over HTTP requests that wait for their answer, where WebSocket does not get through.</summary>
internal sealed class PollingTransport : IEngineTransport
{
    private const int LargestBody = 64 * 1024;

    private readonly SocketGuard _guard = new();
    private readonly TlsRules _tls;
    private readonly HttpMessageInvoker _invoker;
    private readonly CancellationTokenSource _disposed = new();
    private readonly ArrayBufferWriter<byte> _body = new();
    private readonly LinkTarget _target;
    private readonly TransportOptions _options;
    private Uri _uri;
    private ReadOnlyMemory<byte> _unread;
    private long _lastReceived;
    private long _readingSince;
    private volatile bool _isReading;
    private int _requests;

    private PollingTransport(LinkTarget target, int revision, TransportOptions options)
    {
        _target = target;
        _options = options;
        _tls = new TlsRules(options);
        Revision = revision;
        var handler = HttpHandlers.Create(options, _tls);
        handler.ConnectCallback = _guard.ConnectAsync;
        // A load balancer keeps a polling session on its server by a cookie.
        handler.UseCookies = true;
        _invoker = new HttpMessageInvoker(handler);
        // Revision 3 sends binary as such unless it is asked for base64; which revision it is shows later. Revision 4 ignores it.
        _uri = EngineUri.With(EngineUri.Build(target, revision, "polling"), "b64=1");
    }

    public int Revision { get; set; }

    public bool IsRevisionCertain => true;

    public EngineHandshake Handshake { get; private set; } = null!;

    public DateTimeOffset? LastReceivedAt => Volatile.Read(ref _lastReceived) is var last and not 0
        ? _options.Clock.GetLocalNow() - _options.Clock.GetElapsedTime(last)
        : null;

    public TimeSpan Silence => _isReading
        ? _options.Clock.GetElapsedTime(Math.Max(Volatile.Read(ref _lastReceived), Volatile.Read(ref _readingSince)))
        : TimeSpan.Zero;

    /// <summary>Opens a polling session.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="revision">The revision to ask for; the answer tells the true one.</param>
    /// <param name="options">TLS, proxy, limits.</param>
    /// <param name="cancellationToken">Gives up at once, leaving nothing open.</param>
    /// <returns>The open transport.</returns>
    /// <exception cref="PbxException">It cannot be opened; the kind says why.</exception>
    public static async Task<PollingTransport> OpenAsync(LinkTarget target, int revision, TransportOptions options, CancellationToken cancellationToken)
    {
        var transport = new PollingTransport(target, revision, options);
        try
        {
            await transport.OpenAsync(cancellationToken).ConfigureAwait(false);
            return transport;
        }
        catch (Exception error)
        {
            transport.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw LinkFaults.Opening(error, target.Display, target.Uri.Host, transport._tls);
        }
    }

    public async ValueTask<EngineMessage> ReceiveAsync()
    {
        while (_unread.IsEmpty)
            _unread = await PollAsync().ConfigureAwait(false);
        return PollingPayload.Take(Revision, ref _unread);
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> packet, bool isMoreWaiting)
    {
        PollingPayload.Append(Revision, _body, packet.Span);
        if (!isMoreWaiting || _body.WrittenCount >= LargestBody)
            await PostAsync().ConfigureAwait(false);
    }

    public async Task SayGoodbyeAsync()
    {
        PollingPayload.Append(Revision, _body, "1"u8);
        await PostAsync().ConfigureAwait(false);
    }

    public void Dispose()
    {
        // The source is not disposed of: requests that are just being cancelled still hold it.
        _disposed.Cancel();
        _guard.Dispose();
        _invoker.Dispose();
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed.Token);
        using var response = await RequestAsync(HttpMethod.Get, null, either.Token).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK)
            throw LinkFaults.Refused(_target.Display, _target.Uri.Host, (int)response.StatusCode, RetryAfter.Read(response.Headers.RetryAfter, _options.Clock));
        _unread = await ReadAsync(response, either.Token).ConfigureAwait(false);
        Revision = PollingPayload.DetectRevision(_unread.Span);
        Handshake = EngineHandshake.TryRead(PollingPayload.Take(Revision, ref _unread))
            ?? throw LinkFaults.NoSense(null, _target.Display, _target.Uri.Host, "its first packet is not a Socket.IO handshake");
        _uri = EngineUri.With(_uri, $"sid={Uri.EscapeDataString(Handshake.SessionId)}");
    }

    private async Task<byte[]> PollAsync()
    {
        Volatile.Write(ref _readingSince, _options.Clock.GetTimestamp());
        _isReading = true;
        try
        {
            using var response = await RequestAsync(HttpMethod.Get, null, _disposed.Token).ConfigureAwait(false);
            ThrowUnlessOk(response);
            return await ReadAsync(response, _disposed.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not PbxException)
        {
            throw LinkFaults.Lost(_target.Display, "a polling request failed", error);
        }
        finally
        {
            _isReading = false;
        }
    }

    private async Task PostAsync()
    {
        try
        {
            using var response = await RequestAsync(HttpMethod.Post, new ReadOnlyMemoryContent(_body.WrittenMemory), _disposed.Token).ConfigureAwait(false);
            ThrowUnlessOk(response);
            await ReadAsync(response, _disposed.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not PbxException)
        {
            throw LinkFaults.Lost(_target.Display, "a polling request failed", error);
        }
        finally
        {
            _body.ResetWrittenCount();
        }
    }

    private async Task<HttpResponseMessage> RequestAsync(HttpMethod method, HttpContent? content, CancellationToken cancellationToken)
    {
        // The number keeps caches on the way from answering.
        using var request = new HttpRequestMessage(method, EngineUri.With(_uri, $"t={Interlocked.Increment(ref _requests)}")) { Content = content };
        content?.Headers.TryAddWithoutValidation("Content-Type", "text/plain;charset=UTF-8");
        request.Headers.TryAddWithoutValidation("User-Agent", _options.UserAgent);
        foreach (var (name, value) in _target.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await _invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await HttpBody.ReadAsync(response.Content, _options.MaxFrameBytes, _target.Display, cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _lastReceived, _options.Clock.GetTimestamp());
        return body;
    }

    private void ThrowUnlessOk(HttpResponseMessage response)
    {
        if (response.StatusCode == HttpStatusCode.OK)
            return;
        var status = (int)response.StatusCode;
        throw LinkFaults.Lost(_target.Display, $"the server ended the polling session (HTTP {status})", code: status.ToString());
    }
}
