using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PbxEvents.Tests.Peers.Support;

/// <summary>A server of the tests' own on loopback: it reads one request and leaves the rest to the test, byte by byte.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopped = new();
    private readonly List<TcpClient> _clients = [];
    private readonly X509Certificate2? _certificate;
    private readonly Func<RawRequest, Stream, Task> _handle;
    private readonly bool _answerGarbage;
    private readonly Task _accepting;

    public RawServer(Func<RawRequest, Stream, Task> handle, X509Certificate2? certificate = null, bool answerGarbage = false)
    {
        _handle = handle;
        _certificate = certificate;
        _answerGarbage = answerGarbage;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Answers a WebSocket upgrade with 101.</summary>
    public static async Task UpgradeAsync(RawRequest request, Stream stream)
    {
#pragma warning disable CA5350 // the protocol asks for SHA-1
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(
            request.Headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"));
    }

    /// <summary>One unmasked frame, as a server sends it.</summary>
    public static byte[] FrameOf(byte firstByte, ReadOnlySpan<byte> payload)
    {
        using var frame = new MemoryStream();
        frame.WriteByte(firstByte);
        if (payload.Length < 126)
        {
            frame.WriteByte((byte)payload.Length);
        }
        else if (payload.Length <= ushort.MaxValue)
        {
            frame.Write([126, (byte)(payload.Length >> 8), (byte)payload.Length]);
        }
        else
        {
            frame.Write([127, 0, 0, 0, 0, (byte)(payload.Length >> 24), (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length]);
        }

        frame.Write(payload);
        return frame.ToArray();
    }

    /// <summary>One unmasked text frame.</summary>
    public static byte[] TextFrame(string text) => FrameOf(0x81, Encoding.UTF8.GetBytes(text));

    /// <summary>Reads on until the client closes.</summary>
    public static async Task DrainAsync(Stream stream)
    {
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer) > 0)
        {
        }
    }

    /// <summary>One frame of the client, unmasked.</summary>
    public static async Task<(byte FirstByte, byte[] Payload)> ReadFrameAsync(Stream stream)
    {
        var head = new byte[2];
        await stream.ReadExactlyAsync(head);
        var length = head[1] & 0x7F;
        if (length == 126)
        {
            var more = new byte[2];
            await stream.ReadExactlyAsync(more);
            length = (more[0] << 8) | more[1];
        }
        else if (length == 127)
        {
            var more = new byte[8];
            await stream.ReadExactlyAsync(more);
            length = (more[4] << 24) | (more[5] << 16) | (more[6] << 8) | more[7];
        }

        Assert.True((head[1] & 0x80) != 0, "a client masks its frames");
        var mask = new byte[4];
        await stream.ReadExactlyAsync(mask);
        var payload = new byte[length];
        await stream.ReadExactlyAsync(payload);
        for (var i = 0; i < length; i++) payload[i] ^= mask[i % 4];
        return (head[0], payload);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        _listener.Stop();
        lock (_clients) _clients.ForEach(c => c.Dispose());
        await _accepting;
        _stopped.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stopped.Token);
                client.NoDelay = true;
                lock (_clients) _clients.Add(client);
                _ = ServeAsync(client);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            Stream stream = client.GetStream();
            if (_answerGarbage)
            {
                await stream.WriteAsync("220 mail.example ESMTP\r\n"u8.ToArray());
                await DrainAsync(stream);
            }

            if (_certificate is not null)
            {
                var tls = new SslStream(stream);
                await tls.AuthenticateAsServerAsync(_certificate);
                stream = tls;
            }

            while (await RawRequest.ReadAsync(stream) is { } request) await _handle(request, stream);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The client left: what it saw is for the test to judge.
        }
    }
}
