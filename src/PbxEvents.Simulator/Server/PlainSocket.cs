using System.Buffers;
using System.Text;

namespace PbxEvents.Simulator.Server;

/// <summary>A client on a plain WebSocket.</summary>
internal sealed class PlainSocket : SimulatorLink
{
    private const int BatchSize = 64;

    private readonly Outbox<OutMessage> _outbox;
    private readonly ServerWebSocket _channel;

    /// <summary>Takes over a WebSocket.</summary>
    /// <param name="number">The link's number in the simulator.</param>
    /// <param name="channel">The WebSocket.</param>
    /// <param name="clock">The clock.</param>
    public PlainSocket(int number, ServerWebSocket channel, TimeProvider clock)
        : base(number)
    {
        _channel = channel;
        _outbox = new Outbox<OutMessage>(clock);
    }

    /// <summary>The WebSocket below: pings, pongs, close code.</summary>
    public ServerWebSocket Channel => _channel;

    public override string Transport => "websocket";

    public override bool IsSilent => _channel.Link.IsSilent;

    public override Task<bool> Post(string text, TimeSpan delay) => _outbox.Post(new OutMessage(text), delay);

    /// <summary>Queues a close frame; everything queued before is written first.</summary>
    /// <param name="code">The close code.</param>
    /// <param name="reason">The reason.</param>
    public void Close(int code, string reason) => _outbox.Post(new OutMessage(reason, code), TimeSpan.Zero);

    public override Task WaitForRoomAsync(CancellationToken cancellationToken) => _outbox.WaitForRoomAsync(cancellationToken);

    public override void PostGarbage(string text) => Post(text, TimeSpan.Zero);

    public override void WriteRaw(ReadOnlyMemory<byte> bytes) => _ = _channel.WriteRawAsync(bytes);

    public override void Drop() => _channel.Link.Drop();

    public override void GoSilent() => _channel.Link.GoSilent();

    public override void Close() => Close(1000, "");

    /// <summary>Reads and writes until the WebSocket ends.</summary>
    /// <param name="onMessage">Called for each message, one at a time.</param>
    /// <returns>When it has ended.</returns>
    public async Task RunAsync(Func<ReceivedMessage, Task> onMessage)
    {
        var writing = WriteAsync();
        try
        {
            while (await _channel.ReceiveAsync() is { } message)
                await onMessage(message);
        }
        finally
        {
            _outbox.Close();
            await writing;
        }
    }

    private async Task WriteAsync()
    {
        var buffer = new ArrayBufferWriter<byte>();
        while (await _outbox.WaitAsync(CancellationToken.None))
        {
            var batch = _outbox.Take(BatchSize);
            buffer.ResetWrittenCount();
            foreach (var (message, _, _) in batch)
            {
                if (message.CloseCode is null)
                    WebSocketFrames.Write(buffer, WebSocketFrames.Text, Encoding.UTF8.GetBytes(message.Text));
            }

            var written = await _channel.WriteRawAsync(buffer.WrittenMemory);
            foreach (var entry in batch)
                entry.Written.TrySetResult(written);
            if (batch.FirstOrDefault(e => e.Item.CloseCode is not null)?.Item is { CloseCode: { } code } close)
            {
                await _channel.CloseAsync(code, close.Text);
            }
        }
    }

    private sealed record OutMessage(string Text, int? CloseCode = null);
}
