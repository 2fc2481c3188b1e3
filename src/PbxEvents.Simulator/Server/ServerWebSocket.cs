using System.Buffers.Binary;
using System.Text;

namespace PbxEvents.Simulator.Server;

/// <summary>
/// The server's end of one WebSocket. One reader at a time; anybody may write. Writing tells by its result whether the
/// system took the whole frame.
/// </summary>
/// <param name="link">The connection below.</param>
internal sealed class ServerWebSocket(ServerLink link) : IAsyncDisposable
{
    private const int MaxMessage = 16 * 1024 * 1024;
    private const int NormalClosure = 1000;

    private byte[] _buffer = new byte[8 * 1024];
    private int _start;
    private int _end;
    private int _closeSent;

    /// <summary>The connection below.</summary>
    public ServerLink Link { get; } = link;

    /// <summary>Called on the reader for every pong that arrives.</summary>
    public Action? PongReceived { get; set; }

    /// <summary>Called on the reader for every ping that arrives; it was answered already.</summary>
    public Action? PingReceived { get; set; }

    /// <summary>False leaves pings unanswered. Default true.</summary>
    public bool AnswersPings { get; set; } = true;

    /// <summary>The client's close code; null until it came, and for a close without one.</summary>
    public int? CloseCode { get; private set; }

    /// <summary>Reads the next message; pings are answered on the way.</summary>
    /// <returns>The message; null when the client closed, the link ended, or the client broke the protocol.</returns>
    public async Task<ReceivedMessage?> ReceiveAsync()
    {
        MemoryStream? parts = null;
        byte kind = 0;
        while (true)
        {
            if (await ReadFrameAsync() is not { } frame)
                return null;
            switch (frame.Opcode)
            {
                case WebSocketFrames.Ping:
                    if (AnswersPings)
                        await Link.WriteAsync(WebSocketFrames.Make(WebSocketFrames.Pong, frame.Payload));
                    PingReceived?.Invoke();
                    continue;
                case WebSocketFrames.Pong:
                    PongReceived?.Invoke();
                    continue;
                case WebSocketFrames.Close:
                    CloseCode = frame.Payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(frame.Payload) : null;
                    await CloseAsync(CloseCode ?? NormalClosure);
                    return null;
                case WebSocketFrames.Text or WebSocketFrames.Binary when parts is null && frame.IsFinal:
                    return new ReceivedMessage(frame.Opcode == WebSocketFrames.Binary, frame.Payload);
                case WebSocketFrames.Text or WebSocketFrames.Binary when parts is null:
                    kind = frame.Opcode;
                    parts = new MemoryStream();
                    break;
                case WebSocketFrames.Continuation when parts is not null && parts.Length + frame.Payload.Length <= MaxMessage:
                    break;
                default:
                    return null;
            }

            parts.Write(frame.Payload);
            if (frame.IsFinal)
                return new ReceivedMessage(kind == WebSocketFrames.Binary, parts.ToArray());
        }
    }

    /// <summary>Reads the next frame as it is, pings and closes too.</summary>
    /// <returns>The frame; null when the link ended or the client broke the protocol.</returns>
    public async Task<ReceivedFrame?> ReadFrameAsync()
    {
        if (!await FillAsync(2))
            return null;
        var (first, second) = (_buffer[_start], _buffer[_start + 1]);
        _start += 2;
        // RFC 6455 section 5.1: a client's frame is masked, and no extension was agreed on.
        if ((second & 0x80) == 0 || (first & 0x70) != 0)
            return null;
        long length = second & 0x7f;
        if (length >= 126)
        {
            var size = length == 126 ? 2 : 8;
            if (!await FillAsync(size))
                return null;
            length = size == 2
                ? BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(_start))
                : BinaryPrimitives.ReadInt64BigEndian(_buffer.AsSpan(_start));
            _start += size;
        }

        if (length is < 0 or > MaxMessage || !await FillAsync((int)length + 4))
            return null;
        var mask = _buffer.AsMemory(_start, 4);
        var payload = _buffer.AsSpan(_start + 4, (int)length).ToArray();
        for (var i = 0; i < payload.Length; i++)
            payload[i] ^= mask.Span[i & 3];
        _start += (int)length + 4;
        return new ReceivedFrame((byte)(first & 0x0f), (first & 0x80) != 0, payload);
    }

    /// <summary>Writes a text message.</summary>
    /// <param name="text">The text.</param>
    /// <returns>True when the system took all of it.</returns>
    public Task<bool> WriteAsync(string text) =>
        Link.WriteAsync(WebSocketFrames.Make(WebSocketFrames.Text, Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes bytes as they are: made-up frames, several frames at once, garbage.</summary>
    /// <param name="frames">The bytes.</param>
    /// <returns>True when the system took all of them.</returns>
    public Task<bool> WriteRawAsync(ReadOnlyMemory<byte> frames) => Link.WriteAsync(frames);

    /// <summary>Writes a ping frame.</summary>
    /// <returns>True when the system took it.</returns>
    public Task<bool> PingAsync() => Link.WriteAsync(WebSocketFrames.Make(WebSocketFrames.Ping, "pbx"u8));

    /// <summary>Sends a close frame, once. The reader ends when the client's answer comes.</summary>
    /// <param name="code">The close code. Default 1000.</param>
    /// <param name="reason">The reason. Default none.</param>
    /// <returns>When it is sent.</returns>
    public async Task CloseAsync(int code = NormalClosure, string reason = "")
    {
        if (Interlocked.Exchange(ref _closeSent, 1) != 0)
            return;
        var payload = new byte[2 + Encoding.UTF8.GetByteCount(reason)];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code);
        Encoding.UTF8.GetBytes(reason, payload.AsSpan(2));
        await Link.WriteAsync(WebSocketFrames.Make(WebSocketFrames.Close, payload));
    }

    /// <summary>Says goodbye, when that was not done yet, and closes the connection.</summary>
    /// <returns>When it is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        if (!Link.Closed.IsCancellationRequested && !Link.IsSilent)
            await CloseAsync();
        await Link.CloseAsync();
    }

    private async ValueTask<bool> FillAsync(int count)
    {
        while (_end - _start < count)
        {
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                _end -= _start;
                _start = 0;
            }

            if (_buffer.Length < count)
                Array.Resize(ref _buffer, count);
            var n = await Link.ReadAsync(_buffer.AsMemory(_end));
            if (n == 0)
                return false;
            _end += n;
        }

        return true;
    }
}
