using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator.SocketIo;

/// <summary>
/// One Engine.IO session with the Socket.IO sockets in it. What it sends goes through one queue, whichever transport is in
/// use, so nothing is lost or turned around when a client steps up from polling to WebSocket.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Its semaphore and token sources hold no handle and no timer, and late requests still ask them.")]
internal sealed class EngineSession
{
    private const int BatchSize = 64;
    private const int ExcerptLength = 200;
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly SocketIoServerOptions _options;
    private readonly ISocketIoHandler _handler;
    private readonly Outbox<string> _outbox;
    private readonly Dictionary<string, SocketIoSocket> _sockets = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _receiving = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly object _lock = new();
    private TaskCompletionSource _heard = NewSignal();
    private CancellationTokenSource _pollRelease = new();
    private ServerWebSocket? _channel;
    private ReadOnlyMemory<byte> _raw;
    private ServerLink _pollLink;
    private DateTimeOffset _lastHeard;
    private int _attachments;
    private bool _polling;
    private bool _joined;
    private volatile bool _silent;
    private int _closed;

    /// <summary>Makes a session; <see cref="Open"/> starts it.</summary>
    /// <param name="sid">Its id.</param>
    /// <param name="revision">3 or 4.</param>
    /// <param name="request">The request that opened it.</param>
    /// <param name="options">How the server behaves.</param>
    /// <param name="handler">What the platform does with its clients.</param>
    public EngineSession(string sid, int revision, ServerRequest request, SocketIoServerOptions options, ISocketIoHandler handler)
    {
        Sid = sid;
        Revision = revision;
        Request = request;
        _pollLink = request.Link;
        _options = options;
        _handler = handler;
        _outbox = new Outbox<string>(options.Clock);
        _lastHeard = options.Clock.GetUtcNow();
    }

    /// <summary>Its id.</summary>
    public string Sid { get; }

    /// <summary>3 or 4.</summary>
    public int Revision { get; }

    /// <summary>The request that opened it.</summary>
    public ServerRequest Request { get; }

    /// <summary>The transport in use: <c>polling</c> or <c>websocket</c>.</summary>
    public string Transport { get; private set; } = "polling";

    /// <summary>Called once, when the session is over, before <see cref="Ended"/>.</summary>
    public Action? Forget { get; init; }

    /// <summary>Completes when the session is over.</summary>
    public Task Ended => _ended.Task;

    /// <summary>True once <see cref="GoSilent"/> was called.</summary>
    public bool IsSilent => _silent;

    /// <summary>Queues the handshake and starts the heartbeat.</summary>
    /// <param name="webSocket">True when the session begins on a WebSocket.</param>
    public void Open(bool webSocket)
    {
        if (webSocket)
            Transport = "websocket";
        var upgrades = !webSocket && _options.Support.HasFlag(SocketIoSupport.WebSocket) ? "\"websocket\"" : "";
        var limit = Revision == 3 ? "" : ",\"maxPayload\":1000000";
        Post($$"""0{"sid":"{{Sid}}","upgrades":[{{upgrades}}],"pingInterval":{{_options.PingInterval.TotalMilliseconds:0}},"pingTimeout":{{_options.PingTimeout.TotalMilliseconds:0}}{{limit}}}""", TimeSpan.Zero);
        _ = WatchAsync(Revision == 3 ? AwaitPingsAsync : SendPingsAsync);
        if (Revision == 3)
            Join("/", "");
        else
            _ = WatchAsync(AwaitJoinAsync);
    }

    /// <summary>Queues an Engine.IO packet.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="delay">How long it is held back.</param>
    /// <returns>True once it was written in full, false once it is sure that it will not be.</returns>
    public Task<bool> Post(string packet, TimeSpan delay) => _silent ? Task.FromResult(false) : _outbox.Post(packet, delay);

    /// <summary>Waits until the queue is not full.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>When there is room, or the session is over.</returns>
    public Task WaitForRoomAsync(CancellationToken cancellationToken) => _outbox.WaitForRoomAsync(cancellationToken);

    /// <summary>Serves a WebSocket that the session began on.</summary>
    /// <param name="channel">The WebSocket.</param>
    /// <returns>When it has ended.</returns>
    public async Task RunWebSocketAsync(ServerWebSocket channel)
    {
        UseChannel(channel);
        await ServeAsync(channel);
    }

    /// <summary>Serves a WebSocket that the session is to step up to: <c>2probe</c>, <c>3probe</c>, <c>5</c>.</summary>
    /// <param name="channel">The WebSocket.</param>
    /// <returns>When it has ended.</returns>
    public async Task RunUpgradeAsync(ServerWebSocket channel)
    {
        if (_silent)
            channel.Link.GoSilent();
        if (Transport == "websocket" || await channel.ReceiveAsync() is not { Text: "2probe" })
            return;
        await channel.WriteAsync("3probe");
        // The poll that waits is let go with a 6, so that the client can stop polling.
        await _pollRelease.CancelAsync();
        if (await channel.ReceiveAsync() is { Text: "5" })
        {
            UseChannel(channel);
            await ServeAsync(channel);
        }
        else
        {
            lock (_lock)
                _pollRelease = new CancellationTokenSource();
        }
    }

    /// <summary>Serves one request of long-polling.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Cancelled when the client goes away.</param>
    /// <returns>The answer.</returns>
    public async Task<ServerResponse> PollAsync(ServerRequest request, CancellationToken cancellationToken)
    {
        if (_silent)
        {
            request.Link.GoSilent();
            return ServerResponse.Plain(200, "");
        }

        if (request.Method == "POST")
            return await TakePostAsync(request);
        lock (_lock)
        {
            if (Transport != "polling" || _polling)
                return ServerResponse.Json(400, """{"code":3,"message":"Bad request"}""");
            _polling = true;
            _pollLink = request.Link;
        }

        try
        {
            return await AnswerPollAsync(request, cancellationToken);
        }
        finally
        {
            lock (_lock)
                _polling = false;
        }
    }

    /// <summary>Sends <c>41</c> to a socket, and closes the session behind it when asked to.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="close">True to close the session too.</param>
    public void Disconnect(SocketIoSocket socket, bool close)
    {
        Post("4" + new SocketIoPacket(1, socket.Namespace, null, ""), TimeSpan.Zero);
        Leave(socket, "server namespace disconnect");
        // An empty packet never goes out; it marks where the queue ends.
        if (close)
            _ = CloseAfterAsync(_outbox.Post("", TimeSpan.Zero));
    }

    /// <summary>Ends it with a reset of its connections.</summary>
    public void Drop()
    {
        _channel?.Link.Drop();
        _pollLink.Drop();
        Close("dropped");
    }

    /// <summary>Makes it half-open: nothing is read or written any more.</summary>
    public void GoSilent()
    {
        _silent = true;
        _pollLink.GoSilent();
        _channel?.Link.GoSilent();
        _ = DiscardAsync();
    }

    /// <summary>Writes bytes below the framing of its WebSocket; over polling as soon as there is one.</summary>
    /// <param name="bytes">The bytes.</param>
    public void WriteRaw(ReadOnlyMemory<byte> bytes)
    {
        ServerWebSocket? channel;
        lock (_lock)
        {
            channel = _channel;
            if (channel is null)
                _raw = bytes;
        }

        _ = channel?.WriteRawAsync(bytes);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void UseChannel(ServerWebSocket channel)
    {
        ReadOnlyMemory<byte> raw;
        lock (_lock)
        {
            Transport = "websocket";
            _channel = channel;
            raw = _raw;
        }

        if (!raw.IsEmpty)
            _ = channel.WriteRawAsync(raw);
        if (_silent)
            channel.Link.GoSilent();
        if (_closing.IsCancellationRequested)
            channel.Link.Drop();
    }

    private async Task ServeAsync(ServerWebSocket channel)
    {
        var writing = WriteAsync(channel);
        try
        {
            while (await channel.ReceiveAsync() is { } message)
                await TakeAsync(message.IsBinary ? "b" : message.Text);
        }
        finally
        {
            Close(channel.CloseCode is null ? "transport error" : "transport close");
            await writing;
        }
    }

    private async Task WriteAsync(ServerWebSocket channel)
    {
        var buffer = new ArrayBufferWriter<byte>();
        while (await _outbox.WaitAsync(CancellationToken.None))
        {
            var batch = _outbox.Take(BatchSize);
            buffer.ResetWrittenCount();
            foreach (var entry in batch)
            {
                if (!IsEndMark(entry.Item))
                    WebSocketFrames.Write(buffer, WebSocketFrames.Text, Encoding.UTF8.GetBytes(entry.Item));
            }

            var written = await channel.WriteRawAsync(buffer.WrittenMemory);
            foreach (var entry in batch)
                entry.Written.TrySetResult(written);
        }
    }

    private async Task<ServerResponse> AnswerPollAsync(ServerRequest request, CancellationToken cancellationToken)
    {
        CancellationTokenSource release;
        lock (_lock)
            release = _pollRelease;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, release.Token);
        try
        {
            if (!await _outbox.WaitAsync(stop.Token))
                return Poll(["1"], null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Close("transport error");
            return ServerResponse.Plain(200, "");
        }
        catch (OperationCanceledException)
        {
            return Poll(["6"], null);
        }

        if (_silent)
            request.Link.GoSilent();
        var batch = _outbox.Take(BatchSize);
        return Poll([.. batch.Select(e => e.Item).Where(p => !IsEndMark(p))], written =>
        {
            foreach (var entry in batch)
                entry.Written.TrySetResult(written);
            if (!written && !_silent)
                Close("transport error");
        });
    }

    private ServerResponse Poll(IReadOnlyList<string> packets, Action<bool>? written) =>
        ServerResponse.Plain(200, EnginePayload.Encode(packets.Count == 0 ? ["6"] : packets, Revision)) with { Written = written };

    private async Task<ServerResponse> TakePostAsync(ServerRequest request)
    {
        var isBinary = request.Header("Content-Type").StartsWith("application/octet-stream", StringComparison.OrdinalIgnoreCase);
        if (EnginePayload.Decode(request.Body.Span, Revision, isBinary) is not { } packets)
        {
            _handler.Unreadable(Excerpt(request.Text));
            Close("parse error");
            return ServerResponse.Json(400, """{"code":3,"message":"Bad request"}""");
        }

        foreach (var packet in packets)
            await TakeAsync(packet);
        return ServerResponse.Plain(200, "ok") with { ContentType = "text/html" };
    }

    private async Task TakeAsync(string packet)
    {
        await _receiving.WaitAsync();
        try
        {
            lock (_lock)
            {
                _lastHeard = _options.Clock.GetUtcNow();
                _heard.TrySetResult();
            }

            switch (packet)
            {
                case "b":
                    if (_attachments > 0)
                        _attachments--;
                    else
                        _handler.Unreadable("a binary message that nothing announced");
                    break;
                case ['1']:
                    Close("transport close");
                    break;
                case ['2', .. var data] when Revision == 3:
                    _ = Post("3" + data, TimeSpan.Zero);
                    break;
                case ['3', ..] when Revision == 4:
                case ['5' or '6', ..]:
                    break;
                case ['4', .. var text] when SocketIoPacket.Parse(text) is { } message:
                    await TakeMessageAsync(message);
                    break;
                default:
                    _handler.Unreadable(Excerpt(packet));
                    break;
            }
        }
        finally
        {
            _receiving.Release();
        }
    }

    private async Task TakeMessageAsync(SocketIoPacket packet)
    {
        SocketIoSocket? socket;
        lock (_lock)
            _sockets.TryGetValue(packet.Namespace, out socket);
        switch (packet.Type)
        {
            case 0:
                if (socket is null)
                    Join(packet.Namespace, packet.Json);
                break;
            case 1 when socket is not null:
                Leave(socket, "client namespace disconnect");
                if (Revision == 3 && packet.Namespace == "/")
                    Close("client namespace disconnect");
                break;
            case 2 or 5 when socket is not null:
                _attachments = packet.Attachments;
                if (SocketIoJson.ReadArray(packet.Json) is [{ ValueKind: System.Text.Json.JsonValueKind.String } name, .. var arguments])
                {
                    await _handler.ReceivedAsync(new SocketIoEvent(socket, name.GetString()!, arguments, packet.Id));
                }
                else
                {
                    _handler.Unreadable(Excerpt(packet.Json));
                }

                break;
            case 3 or 6 when socket is not null:
                _attachments = packet.Attachments;
                socket.Acknowledged(packet.Id ?? -1, packet.Json);
                break;
            default:
                // Revision 4: whoever speaks before it has joined is shown the door (socketio.md section 2).
                _handler.Unreadable(Excerpt(packet.ToString()));
                if (Revision == 4 && !_joined)
                    Close("forced close");
                break;
        }
    }

    private void Join(string space, string auth)
    {
        if (!_options.Namespaces.Contains(space))
        {
            Refuse(space, Revision == 3 ? "\"Invalid namespace\"" : """{"message":"Invalid namespace"}""");
            return;
        }

        var number = _handler.NextLinkNumber();
        var id = Revision == 3 ? (space == "/" ? Sid : $"{space}#{Sid}") : $"{Sid}s{number}";
        var socket = new SocketIoSocket(number, this, space, id);
        if (_handler.Refuse(socket, auth) is { } refusal)
        {
            Refuse(space, refusal);
            return;
        }

        lock (_lock)
        {
            if (_closed != 0)
                return;
            _sockets[space] = socket;
            _joined = true;
        }

        Post("4" + new SocketIoPacket(0, space, null, Revision == 3 ? "" : $$"""{"sid":"{{id}}"}"""), TimeSpan.Zero);
        _handler.Connected(socket);
    }

    private void Refuse(string space, string json) => Post("4" + new SocketIoPacket(4, space, null, json), TimeSpan.Zero);

    private void Leave(SocketIoSocket socket, string reason)
    {
        lock (_lock)
        {
            if (!_sockets.Remove(socket.Namespace))
                return;
        }

        socket.FailAcks();
        _handler.Disconnected(socket, reason);
    }

    private async Task CloseAfterAsync(Task<bool> flushed)
    {
        await flushed;
        if (_channel is { } channel)
        {
            await channel.CloseAsync();
            _ = WatchAsync(async stop =>
            {
                await Task.Delay(CloseTimeout, _options.Clock, stop);
                channel.Link.Drop();
            });
        }
        else
        {
            Close("forced server close");
        }
    }

    private void Close(string reason)
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        _closing.Cancel();
        _outbox.Close();
        List<SocketIoSocket> sockets;
        lock (_lock)
            sockets = [.. _sockets.Values];
        foreach (var socket in sockets)
            Leave(socket, reason);
        if (_channel is { } channel && reason is "ping timeout" or "forced close")
            _ = CloseChannelAsync();
        Forget?.Invoke();
        _ended.TrySetResult();

        async Task CloseChannelAsync()
        {
            await _channel.CloseAsync();
            await _channel.Link.CloseAsync();
        }
    }

    private async Task WatchAsync(Func<CancellationToken, Task> watch)
    {
        try
        {
            await watch(_closing.Token);
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
    }

    private async Task SendPingsAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(_options.PingInterval, _options.Clock, cancellationToken);
            Task heard;
            lock (_lock)
            {
                _heard = NewSignal();
                heard = _heard.Task;
            }

            _ = Post("2", TimeSpan.Zero);
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var late = Task.Delay(_options.PingTimeout, _options.Clock, timeout.Token);
            if (await Task.WhenAny(heard, late) == late && !cancellationToken.IsCancellationRequested)
            {
                Close("ping timeout");
                return;
            }

            await timeout.CancelAsync();
        }
    }

    private async Task AwaitPingsAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan left;
            lock (_lock)
                left = _lastHeard + _options.PingInterval + _options.PingTimeout - _options.Clock.GetUtcNow();
            if (left <= TimeSpan.Zero)
            {
                Close("ping timeout");
                return;
            }

            await _options.Clock.WaitInFullAsync(left, cancellationToken);
        }
    }

    private async Task AwaitJoinAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(_options.ConnectTimeout, _options.Clock, cancellationToken);
        if (!_joined)
            Close("forced close");
    }

    private async Task DiscardAsync()
    {
        // Over polling nobody takes from the queue any more; over a WebSocket its writer does.
        while (Transport == "polling" && await _outbox.WaitAsync(CancellationToken.None))
        {
            foreach (var entry in _outbox.Take(BatchSize))
                entry.Written.TrySetResult(false);
        }
    }

    private static bool IsEndMark(string packet) => packet.Length == 0;

    private static string Excerpt(string text) => text.Length <= ExcerptLength ? text : text[..ExcerptLength];
}
