using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace PbxEvents.Benchmarks.Load;

/// <summary>
/// Sends frames that were made beforehand to everybody who is connected over WebSocket. It does nothing else while it sends,
/// so it is never what is measured; the sink of the harness says how fast it could be.
/// </summary>
/// <param name="platform">Whose server it plays.</param>
internal sealed class FrameServer(Platform platform) : IDisposable
{
    private const int PieceBytes = 64 * 1024;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Peer> _peers = [];
    private readonly Dictionary<int, byte[][]> _pieces = [];
    private string _address = "";

    /// <summary>Takes orders from stdin until it closes: <c>prepare COUNT</c> and <c>go COUNT</c>, as the Node server does.</summary>
    public async Task RunAsync()
    {
        _listener.Start(2000);
        var port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _address = $"http://127.0.0.1:{port}";
        _ = AcceptAsync();
        Console.WriteLine($"port {port}");
        while (Console.In.ReadLine() is { } line)
        {
            var count = int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
            var pieces = Prepare(count);
            if (line.StartsWith("prepare", StringComparison.Ordinal))
            {
                Console.WriteLine("prepared 0");
                continue;
            }
            Peer[] peers;
            lock (_peers)
                peers = [.. _peers];
            foreach (var peer in peers)
                _ = Task.Run(() => SendAsync(peer, pieces));
        }
        await Task.CompletedTask;
    }

    public void Dispose() => _listener.Dispose();

    private byte[][] Prepare(int count)
    {
        if (_pieces.TryGetValue(count, out var pieces))
            return pieces;
        var list = new List<byte[]>();
        using var piece = new MemoryStream();
        foreach (var frame in CallFrames.Make(platform.Name, count))
        {
            piece.Write(Encode(frame));
            if (piece.Length >= PieceBytes)
                Cut();
        }
        Cut();
        return _pieces[count] = [.. list];

        void Cut()
        {
            list.Add(piece.ToArray());
            piece.SetLength(0);
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        client.NoDelay = true;
        var stream = client.GetStream();
        using var peer = new Peer(stream);
        try
        {
            while (await ReadRequestAsync(stream) is { } request)
            {
                var path = request.Split(' ')[1].Split('?')[0];
                if (!request.Contains("\r\nUpgrade: websocket", StringComparison.OrdinalIgnoreCase))
                {
                    var body = platform.AnswerHttp(path, _address);
                    await WriteAsync(stream, $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
                    continue;
                }
                // Before the answer: a client that is connected is sent to.
                lock (_peers)
                    _peers.Add(peer);
                await WriteAsync(stream, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + $"Sec-WebSocket-Accept: {AcceptOf(HeaderOf(request, "Sec-WebSocket-Key"))}\r\n\r\n");
                if (platform.Greeting is { } greeting)
                    await peer.WriteAsync(Encode(Encoding.UTF8.GetBytes(greeting)));
                await TalkAsync(peer);
                return;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The client is gone.
        }
        finally
        {
            lock (_peers)
                _peers.Remove(peer);
        }
    }

    private async Task TalkAsync(Peer peer)
    {
        while (true)
        {
            var (opcode, payload) = await ReadFrameAsync(peer.Stream);
            if (opcode == 8)
            {
                await peer.WriteAsync([0x88, 0]);
                return;
            }
            if (opcode != 1)
                continue;
            foreach (var answer in platform.Answer(Encoding.UTF8.GetString(payload)))
                await peer.WriteAsync(Encode(Encoding.UTF8.GetBytes(answer)));
        }
    }

    private static async Task SendAsync(Peer peer, byte[][] pieces)
    {
        try
        {
            foreach (var piece in pieces)
                await peer.WriteAsync(piece);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The client has what it wanted.
        }
    }

    private static async Task<string?> ReadRequestAsync(NetworkStream stream)
    {
        var head = new List<byte>(512);
        var one = new byte[1];
        while (!(head.Count >= 4 && head[^1] == '\n' && head[^2] == '\r' && head[^3] == '\n'))
        {
            if (await stream.ReadAsync(one) == 0)
                return null;
            head.Add(one[0]);
        }
        var text = Encoding.ASCII.GetString(head.ToArray());
        if (HeaderOf(text, "Content-Length") is { Length: > 0 } length)
            await stream.ReadExactlyAsync(new byte[int.Parse(length, CultureInfo.InvariantCulture)]);
        return text;
    }

    private static async Task<(int Opcode, byte[] Payload)> ReadFrameAsync(NetworkStream stream)
    {
        var head = new byte[8];
        await stream.ReadExactlyAsync(head.AsMemory(0, 2));
        var opcode = head[0] & 0x0F;
        var length = head[1] & 0x7F;
        if (length == 126)
        {
            await stream.ReadExactlyAsync(head.AsMemory(0, 2));
            length = BinaryPrimitives.ReadUInt16BigEndian(head);
        }
        var mask = new byte[4];
        await stream.ReadExactlyAsync(mask);
        var payload = new byte[length];
        await stream.ReadExactlyAsync(payload);
        for (var i = 0; i < payload.Length; i++)
            payload[i] ^= mask[i % 4];
        return (opcode, payload);
    }

    private static byte[] Encode(byte[] payload)
    {
        byte[] head = payload.Length < 126 ? [0x81, (byte)payload.Length] : [0x81, 126, (byte)(payload.Length >> 8), (byte)payload.Length];
        return [.. head, .. payload];
    }

    private static string HeaderOf(string request, string name)
    {
        foreach (var line in request.Split("\r\n"))
        {
            if (line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
                return line[(name.Length + 1)..].Trim();
        }
        return "";
    }

#pragma warning disable CA5350 // RFC 6455 asks for SHA-1.
    private static string AcceptOf(string key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350

    private static Task WriteAsync(NetworkStream stream, string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text)).AsTask();

    /// <summary>One connection; answers and events are written one at a time.</summary>
    private sealed class Peer(NetworkStream stream) : IDisposable
    {
        private readonly SemaphoreSlim _writing = new(1, 1);

        public NetworkStream Stream => stream;

        public void Dispose() => _writing.Dispose();

        public async Task WriteAsync(byte[] bytes)
        {
            await _writing.WaitAsync();
            try
            {
                await stream.WriteAsync(bytes);
            }
            finally
            {
                _writing.Release();
            }
        }
    }
}
