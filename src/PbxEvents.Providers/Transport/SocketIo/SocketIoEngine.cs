using System.Buffers;
using System.Runtime.CompilerServices;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>
/// A Socket.IO client's side of one connection to one namespace: handshake, revision, heartbeats, packets. What becomes of
/// events and acknowledgements is for those who derive from it.
/// </summary>
/// <param name="options">TLS, proxy, limits, clock.</param>
/// <param name="target">Where it leads.</param>
internal abstract class SocketIoEngine(TransportOptions options, LinkTarget target) : LinkPump<OutPacket>(options, target)
{
    private const int MaxEarlyMessages = 1024;
    private const int LongestExcerpt = 256;

    // A server of revision 3 sends its 40 together with the handshake, one of revision 4 waits for the client's.
    private static readonly TimeSpan UnaskedConnectWait = TimeSpan.FromMilliseconds(300);

    private readonly object _gate = new();
    private readonly AttachmentCollector _attachments = new();
    private readonly ArrayBufferWriter<byte> _out = new();
    private readonly Queue<EngineMessage> _early = new();
    private readonly string _namespace = PacketReader.WithoutQuery(target.Namespace);
    private IEngineTransport? _transport;
    private SilenceWatch? _watch;
    private ITimer? _pings;
    private bool _isTornDown;

    /// <inheritdoc/>
    public override DateTimeOffset? LastReceivedAt => _transport?.LastReceivedAt;

    /// <summary>The Engine.IO revision in use, 3 or 4; 0 before the handshake.</summary>
    public int Revision => _transport?.Revision ?? 0;

    /// <summary>True when WebSocket did not get through.</summary>
    public bool IsPolling => _transport is PollingTransport;

    /// <summary>An event arrived.</summary>
    /// <param name="packet">The event; its payload is good until this completes.</param>
    /// <param name="attachments">Its binary parts, to be kept.</param>
    /// <returns>When it is taken.</returns>
    protected abstract ValueTask OnEventAsync(in SocketPacket packet, IReadOnlyList<ReadOnlyMemory<byte>> attachments);

    /// <summary>An acknowledgement arrived.</summary>
    /// <param name="packet">The acknowledgement; its payload is good until this completes.</param>
    /// <param name="attachments">Its binary parts, to be kept.</param>
    /// <returns>When it is taken.</returns>
    protected abstract ValueTask OnAckAsync(in SocketPacket packet, IReadOnlyList<ReadOnlyMemory<byte>> attachments);

    /// <summary>Something arrived that cannot be read, and was skipped.</summary>
    /// <param name="excerpt">Its beginning, to be kept.</param>
    /// <param name="why">What is wrong with it.</param>
    /// <returns>When it is taken.</returns>
    protected abstract ValueTask OnUnreadableAsync(ReadOnlyMemory<byte> excerpt, string why);

    /// <summary>Makes an event or an acknowledgement for this namespace.</summary>
    /// <param name="isAck">True for an acknowledgement.</param>
    /// <param name="payload">The JSON array.</param>
    /// <param name="ackId">The id of the acknowledgement; -1 for none.</param>
    /// <param name="attachments">Its binary parts; null for none.</param>
    /// <returns>The packet.</returns>
    protected OutPacket MessageOf(bool isAck, ReadOnlyMemory<byte> payload, long ackId, IReadOnlyList<ReadOnlyMemory<byte>>? attachments = null)
    {
        var type = attachments is null or []
            ? isAck ? SocketPacketType.Ack : SocketPacketType.Event
            : isAck ? SocketPacketType.BinaryAck : SocketPacketType.BinaryEvent;
        return OutPacket.Message(type, _namespace, payload, ackId, attachments);
    }

    /// <inheritdoc/>
    protected sealed override async Task OpenCoreAsync(CancellationToken cancellationToken)
    {
        if (await OpenOnceAsync(Target, cancellationToken).ConfigureAwait(false)) return;
        // Asked too soon: a server of revision 3 takes the question for a second client on this connection. Start anew.
        _transport!.Dispose();
        _early.Clear();
        await OpenOnceAsync(Target with { Revision = 3 }, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    protected sealed override async ValueTask<bool> ReadOneAsync()
    {
        var message = _early.Count > 0 ? _early.Dequeue() : await _transport!.ReceiveAsync().ConfigureAwait(false);
        await DispatchAsync(message).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    protected sealed override async ValueTask WriteOneAsync(OutPacket item, bool isMoreWaiting)
    {
        _out.ResetWrittenCount();
        item.WriteTo(_out);
        var frames = item.Attachments;
        await _transport!.SendAsync(new EngineMessage(_out.WrittenMemory), isMoreWaiting || frames.Count > 0).ConfigureAwait(false);
        for (var i = 0; i < frames.Count; i++)
            await _transport.SendAsync(new EngineMessage(frames[i], IsBinary: true), isMoreWaiting || i + 1 < frames.Count).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected sealed override async Task SayGoodbyeAsync()
    {
        await WriteOneAsync(OutPacket.Message(SocketPacketType.Disconnect, _namespace, default), isMoreWaiting: true).ConfigureAwait(false);
        await _transport!.SayGoodbyeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected sealed override void TearDown()
    {
        lock (_gate)
        {
            _isTornDown = true;
            _watch?.Dispose();
            _pings?.Dispose();
            _transport?.Dispose();
        }
    }

    private static bool IsBareConnect(in SocketPacket packet) =>
        packet is { Type: SocketPacketType.Connect, Namespace: SocketPacket.Root, Payload.IsEmpty: true };

    /// <summary>Opens a transport and joins the namespace.</summary>
    /// <param name="target">Where to, and the revision to try first.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>False when the revision came out too late for this transport.</returns>
    private async Task<bool> OpenOnceAsync(LinkTarget target, CancellationToken cancellationToken)
    {
        var transport = await EngineConnector.OpenAsync(target, Options, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            _transport = transport;
            if (_isTornDown)
            {
                transport.Dispose();
                throw new OperationCanceledException();
            }

            var limit = transport.Handshake.MaxSilence;
            if (Target.MaxSilence is { } most && most < limit) limit = most;
            _watch?.Dispose();
            _watch = new SilenceWatch(Options.Clock, limit, () => transport.Silence, OnSilent);
        }

        StartWriting();
        if (transport.Revision == 3) SpeakRevision3(transport);
        // A read cannot be cancelled, but the transport can be closed under it.
        using var cancelling = cancellationToken.UnsafeRegister(static t => ((IEngineTransport)t!).Dispose(), transport);
        return await JoinAsync(transport, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits for the <c>40</c> of the namespace, and finds out about the revision on the way (socketio.md sections 1 and 2).</summary>
    /// <returns>False when the server turned out to be of revision 3 after it was asked in revision 4.</returns>
    private async Task<bool> JoinAsync(IEngineTransport transport, CancellationToken cancellationToken)
    {
        var receiving = transport.ReceiveAsync().AsTask();
        if (!transport.IsRevisionCertain) await Task.WhenAny(receiving, Task.Delay(UnaskedConnectWait, Options.Clock, cancellationToken)).ConfigureAwait(false);
        var hasAsked = transport.Revision == 4 && (transport.IsRevisionCertain || !receiving.IsCompleted);
        if (hasAsked) Post(OutPacket.Message(SocketPacketType.Connect, Target.Namespace, Target.Auth));

        while (true)
        {
            var message = await receiving.ConfigureAwait(false);
            if (PacketOf(message) is not { } packet)
            {
                await KeepOrAnswerAsync(message).ConfigureAwait(false);
            }
            else
            {
                if (transport.Revision == 4 && IsBareConnect(packet))
                {
                    if (hasAsked) return false;
                    transport.Revision = 3;
                    SpeakRevision3(transport);
                }

                if (packet.Type == SocketPacketType.ConnectError) throw Refusal.Read(packet.Payload, Target);
                if (packet.Type == SocketPacketType.Disconnect) throw LinkFaults.Lost(Target.Display, "the server ended it before it was complete");
                if (packet.Type == SocketPacketType.Connect && packet.Namespace == _namespace) return true;
                if (packet.Type != SocketPacketType.Connect) await KeepOrAnswerAsync(message).ConfigureAwait(false);
            }

            // Anything but a bare 40 in its place: the server waits to be asked.
            if (!hasAsked && (transport.Revision == 4 || _namespace != SocketPacket.Root))
            {
                hasAsked = true;
                Post(OutPacket.Message(SocketPacketType.Connect, Target.Namespace, transport.Revision == 4 ? Target.Auth : default));
            }

            receiving = transport.ReceiveAsync().AsTask();
        }
    }

    private static SocketPacket? PacketOf(in EngineMessage message) =>
        message is { IsBinary: false, Fault: null, Data.Span: [(byte)'4', ..] } && PacketReader.Read(message.Data[1..], out var packet) is null ? packet : null;

    /// <summary>Before <see cref="LinkPump{TOut}.Start"/> heartbeats are answered at once, and the rest is kept for later.</summary>
    private ValueTask KeepOrAnswerAsync(in EngineMessage message)
    {
        if (message is { IsBinary: false, Data.Span: [(byte)'1' or (byte)'2', ..] }) return DispatchAsync(message);
        if (_early.Count == MaxEarlyMessages)
            throw LinkFaults.Unreadable(Target.Display, $"more than {MaxEarlyMessages} messages came before the namespace was joined");
        _early.Enqueue(message with { Data = message.Data.ToArray() });
        return ValueTask.CompletedTask;
    }

    private void SpeakRevision3(IEngineTransport transport)
    {
        lock (_gate)
        {
            if (_isTornDown || _pings is not null) return;
            var interval = transport.Handshake.PingInterval;
            _pings = Options.Clock.CreateTimer(_ => Post(OutPacket.Heartbeat('2')), null, interval, interval);
        }
    }

    private ValueTask DispatchAsync(in EngineMessage message)
    {
        if (message.Fault is not null) return ReportAsync(message.Data, message.Fault);
        if (message.IsBinary) return TakeBinaryAsync(message.Data);
        switch (message.Data.Span)
        {
            case [(byte)'4', ..]:
                return DispatchPacketAsync(message.Data);
            case [(byte)'2', ..]:
                Post(OutPacket.Heartbeat('3', message.Data[1..].ToArray()));
                return ValueTask.CompletedTask;
            case [(byte)'3', ..] or [(byte)'5', ..] or [(byte)'6', ..]:
                return ValueTask.CompletedTask;
            case [(byte)'1', ..]:
                throw LinkFaults.Lost(Target.Display, "the server closed the session");
            default:
                return ReportAsync(message.Data, "the message's type is unknown");
        }
    }

    private ValueTask DispatchPacketAsync(ReadOnlyMemory<byte> data)
    {
        if (_attachments.IsWaiting)
        {
            _attachments.Clear();
            return ReportThenDispatchAsync(data);
        }

        if (PacketReader.Read(data[1..], out var packet) is { } fault) return ReportAsync(data, fault);
        if (packet.Namespace != _namespace && (packet.Namespace != SocketPacket.Root || Revision != 3))
            return ReportAsync(data, "it is for a namespace that was not joined");
        if (packet.Attachments > 0)
        {
            _attachments.Begin(packet);
            return ValueTask.CompletedTask;
        }

        return packet.Type switch
        {
            SocketPacketType.Disconnect => throw LinkFaults.Lost(Target.Display, "the server disconnected this client", code: "41"),
            SocketPacketType.ConnectError => throw Refusal.Read(packet.Payload, Target),
            SocketPacketType.Connect => ValueTask.CompletedTask,
            _ => DeliverAsync(packet, []),
        };
    }

    private async ValueTask ReportThenDispatchAsync(ReadOnlyMemory<byte> data)
    {
        await ReportAsync(data, "a text message came where a binary one was to come; the event before it is lost").ConfigureAwait(false);
        await DispatchPacketAsync(data).ConfigureAwait(false);
    }

    private ValueTask TakeBinaryAsync(ReadOnlyMemory<byte> data)
    {
        if (!_attachments.IsWaiting) return ReportAsync(data, "a binary message came without an event before it");
        if (_attachments.Bytes + data.Length > Options.MaxFrameBytes) throw LinkFaults.TooLarge(Target.Display, Options.MaxFrameBytes);
        return _attachments.Add(data) is var (packet, frames) ? DeliverAsync(packet, frames) : ValueTask.CompletedTask;
    }

    private ValueTask DeliverAsync(in SocketPacket packet, IReadOnlyList<ReadOnlyMemory<byte>> frames) =>
        packet.IsEvent ? OnEventAsync(packet, frames) : OnAckAsync(packet, frames);

    private ValueTask ReportAsync(ReadOnlyMemory<byte> data, string why) => OnUnreadableAsync(data[..Math.Min(data.Length, LongestExcerpt)].ToArray(), why);

    private void OnSilent(TimeSpan limit) =>
        Abort(LinkFaults.Lost(Target.Display, $"nothing has come in for {limit.TotalSeconds:0.#} s"));
}
