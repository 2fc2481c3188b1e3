using System.Buffers;
using System.Runtime.CompilerServices;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>
/// A client's side of one Socket.IO connection to one namespace: handshake, revision, heartbeats, packets. Binary parts of an event
/// are delivered as base64 texts within its JSON, so that a session sees one whole payload.
/// </summary>
/// <param name="id">Its number in the connection.</param>
/// <param name="target">Where it leads.</param>
/// <param name="sink">Who it delivers to.</param>
/// <param name="options">TLS, proxy, limits, clock.</param>
internal sealed class SocketIoLink(int id, LinkTarget target, ILinkSink sink, TransportOptions options)
    : LinkPump<OutPacket>(id, target, sink, options)
{
    private const int MaxEarlyMessages = 1024;
    private const int LongestExcerpt = 256;

    // A server of revision 3 sends its 40 together with the handshake, one of revision 4 waits for the client's.
    private static readonly TimeSpan UnaskedConnectWait = TimeSpan.FromMilliseconds(300);

    private readonly AttachmentCollector _attachments = new();
    private readonly ArrayBufferWriter<byte> _out = new();
    private readonly Queue<EngineMessage> _early = new();
    private readonly string _namespace = PacketReader.WithoutQuery(target.Namespace);
    private IEngineTransport? _transport;

    public override DateTimeOffset? LastReceivedAt => _transport?.LastReceivedAt;

    public override void Send(OutFrame frame) => Post(OutPacket.Message(
        frame.Kind == FrameKind.Ack ? SocketPacketType.Ack : SocketPacketType.Event, _namespace, frame.Payload, frame.AckId));

    protected override async Task OpenCoreAsync(CancellationToken cancellationToken)
    {
        var transport = await OpenOnceAsync(Target, cancellationToken).ConfigureAwait(false);
        if (transport is null)
        {
            // Asked too soon: a server of revision 3 takes the question for a second client on this connection. Start anew.
            _transport!.Dispose();
            _early.Clear();
            transport = (await OpenOnceAsync(Target with { Revision = 3 }, cancellationToken).ConfigureAwait(false))!;
        }

        var limit = transport.Handshake.MaxSilence;
        Watch(() => transport.Silence, Target.MaxSilence is { } most && most < limit ? most : limit);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    protected override async ValueTask<bool> ReadOneAsync()
    {
        var message = _early.Count > 0 ? _early.Dequeue() : await _transport!.ReceiveAsync().ConfigureAwait(false);
        await DispatchAsync(message).ConfigureAwait(false);
        return true;
    }

    protected override ValueTask WriteOneAsync(OutPacket item, bool isMoreWaiting)
    {
        _out.ResetWrittenCount();
        item.WriteTo(_out);
        return _transport!.SendAsync(_out.WrittenMemory, isMoreWaiting);
    }

    protected override async Task SayGoodbyeAsync()
    {
        await WriteOneAsync(OutPacket.Message(SocketPacketType.Disconnect, _namespace, default), isMoreWaiting: true).ConfigureAwait(false);
        await _transport!.SayGoodbyeAsync().ConfigureAwait(false);
    }

    /// <summary>Opens a transport and joins the namespace.</summary>
    /// <param name="target">Where to, and the revision to try first.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>The transport; null when the revision came out too late for it.</returns>
    private async Task<IEngineTransport?> OpenOnceAsync(LinkTarget target, CancellationToken cancellationToken)
    {
        var transport = await EngineConnector.OpenAsync(target, Options, cancellationToken).ConfigureAwait(false);
        _transport = transport;
        Hold(transport);
        StartWriting();
        if (transport.Revision == 3)
            SpeakRevision3(transport);
        // A read cannot be cancelled, but the transport can be closed under it.
        using var cancelling = cancellationToken.UnsafeRegister(static t => ((IEngineTransport)t!).Dispose(), transport);
        return await JoinAsync(transport, cancellationToken).ConfigureAwait(false) ? transport : null;
    }

    /// <summary>Waits for the <c>40</c> of the namespace, and finds out about the revision on the way (socketio.md sections 1 and 2).</summary>
    /// <returns>False when the server turned out to be of revision 3 after it was asked in revision 4.</returns>
    private async Task<bool> JoinAsync(IEngineTransport transport, CancellationToken cancellationToken)
    {
        var receiving = transport.ReceiveAsync().AsTask();
        if (!transport.IsRevisionCertain)
            await Task.WhenAny(receiving, Task.Delay(UnaskedConnectWait, Options.Clock, cancellationToken)).ConfigureAwait(false);
        var hasAsked = transport.Revision == 4 && (transport.IsRevisionCertain || !receiving.IsCompleted);
        if (hasAsked)
            Post(OutPacket.Message(SocketPacketType.Connect, Target.Namespace, Target.Auth));

        while (true)
        {
            var message = await receiving.ConfigureAwait(false);
            if (PacketOf(message) is not { } packet)
            {
                await KeepOrAnswerAsync(message).ConfigureAwait(false);
            }
            else
            {
                if (transport.Revision == 4 && packet is { Type: SocketPacketType.Connect, Namespace: SocketPacket.Root, Payload.IsEmpty: true })
                {
                    if (hasAsked)
                        return false;
                    transport.Revision = 3;
                    SpeakRevision3(transport);
                }

                if (packet.Type == SocketPacketType.ConnectError)
                    throw Refusal.Read(packet.Payload, Target);
                if (packet.Type == SocketPacketType.Disconnect)
                    throw LinkFaults.Lost(Target.Display, "the server ended it before it was complete");
                if (packet.Type == SocketPacketType.Connect && packet.Namespace == _namespace)
                    return true;
                if (packet.Type != SocketPacketType.Connect)
                    await KeepOrAnswerAsync(message).ConfigureAwait(false);
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
        message is { IsBinary: false, Problem: null, Data.Span: [(byte)'4', ..] } && PacketReader.Read(message.Data[1..], out var packet) is null ? packet : null;

    /// <summary>Before <see cref="LinkPump{TOut}.Start"/> heartbeats are answered at once, and the rest is kept for later.</summary>
    private ValueTask KeepOrAnswerAsync(in EngineMessage message)
    {
        if (message is { IsBinary: false, Data.Span: [(byte)'1' or (byte)'2', ..] })
            return DispatchAsync(message);
        if (_early.Count == MaxEarlyMessages)
            throw LinkFaults.Unreadable(Target.Display, $"more than {MaxEarlyMessages} messages came before the namespace was joined");
        _early.Enqueue(message with { Data = message.Data.ToArray() });
        return ValueTask.CompletedTask;
    }

    private void SpeakRevision3(IEngineTransport transport)
    {
        var interval = transport.Handshake.PingInterval;
        Hold(Options.Clock.CreateTimer(_ => Post(OutPacket.Heartbeat('2')), null, interval, interval));
    }

    private ValueTask DispatchAsync(in EngineMessage message)
    {
        if (message.Problem is not null)
            return ReportAsync(message.Data, message.Problem);
        if (message.IsBinary)
            return TakeBinaryAsync(message.Data);
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

        if (PacketReader.Read(data[1..], out var packet) is { } problem)
            return ReportAsync(data, problem);
        if (packet.Namespace != _namespace && (packet.Namespace != SocketPacket.Root || _transport!.Revision != 3))
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
            // The one copy of the hot path: the buffer below is read into again, the frame is the session's to keep.
            _ => DeliverAsync(packet, packet.Payload.ToArray()),
        };
    }

    private async ValueTask ReportThenDispatchAsync(ReadOnlyMemory<byte> data)
    {
        await ReportAsync(data, "a text message came where a binary one was to come; the event before it is lost").ConfigureAwait(false);
        await DispatchPacketAsync(data).ConfigureAwait(false);
    }

    private ValueTask TakeBinaryAsync(ReadOnlyMemory<byte> data)
    {
        if (!_attachments.IsWaiting)
            return ReportAsync(data, "a binary message came without an event before it");
        if (_attachments.Bytes + data.Length > Options.MaxFrameBytes)
            throw LinkFaults.TooLarge(Target.Display, Options.MaxFrameBytes);
        if (_attachments.Add(data) is not var (packet, parts))
            return ValueTask.CompletedTask;
        return BinaryInliner.Inline(packet.Payload, parts) is { } whole
            ? DeliverAsync(packet, whole)
            : ReportAsync(packet.Payload, "a binary event's JSON cannot be read");
    }

    private ValueTask DeliverAsync(in SocketPacket packet, byte[] payload) =>
        Sink.OnFrameAsync(this, new Frame(packet.IsEvent ? FrameKind.Text : FrameKind.Ack, payload, packet.AckId));

    private ValueTask ReportAsync(ReadOnlyMemory<byte> data, string why) =>
        Sink.OnUnreadableAsync(this, data[..Math.Min(data.Length, LongestExcerpt)].ToArray(), why);
}
