using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PbxEvents.Module.Web;

namespace PbxEvents.Tests.Unit.Module;

public sealed class LoopbackPortTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact(DisplayName = "answers a real client, and hears what it asks for")]
    public async Task Answers()
    {
        using var port = new LoopbackPort(0, (question, _) => Task.FromResult(new WebAnswer("503 Service Unavailable", $"{question.Path} {question.Header("accept")} ü") { Headers = ["X-More: yes"] }));
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port.Port}") };
        var answer = await client.GetAsync("/readyz?x=1");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("/readyz  ü", await answer.Content.ReadAsStringAsync());
        Assert.Equal("yes", Assert.Single(answer.Headers.GetValues("X-More")));
        Assert.Equal("text/plain; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        client.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        Assert.Equal("/metrics application/json ü", await (await client.GetAsync("/metrics")).Content.ReadAsStringAsync());
        var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/metrics"));
        Assert.Equal(("", 28L), (await head.Content.ReadAsStringAsync(), head.Content.Headers.ContentLength));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await client.PostAsync("/metrics", new StringContent(""))).StatusCode);
    }

    [Theory(DisplayName = "refuses what is no question")]
    [InlineData("nonsense\r\n\r\n")]
    [InlineData("GET /x HTTP/2\r\n\r\n")]
    [InlineData(null)]
    public async Task Nonsense(string? text)
    {
        using var port = new LoopbackPort(0, (_, _) => Task.FromResult(WebAnswer.Ok("never")));
        using var client = await ConnectAsync(port);
        await client.SendAsync(Encoding.ASCII.GetBytes(text ?? new string('x', 8 * 1024)));
        Assert.StartsWith("HTTP/1.1 400 ", await ReadAsync(client), StringComparison.Ordinal);
    }

    [Fact(DisplayName = "answers the next one at once while many hang, and cuts off the oldest of them")]
    public async Task Hanging()
    {
        using var port = new LoopbackPort(0, (_, _) => Task.FromResult(WebAnswer.Ok("well")));
        var hanging = new List<Socket>();
        for (var i = 0; i < 12; i++)
        {
            hanging.Add(await ConnectAsync(port));
            await hanging[i].SendAsync("GET /healthz HTTP/1.1\r\n"u8.ToArray());
        }
        var started = Stopwatch.GetTimestamp();
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port.Port}") };
        Assert.Equal("well", await client.GetStringAsync("/healthz"));
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(3), "It waited for those that hang.");
        Assert.Equal("", await ReadAsync(hanging[0]));
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(3), "The oldest was not cut off.");

        // The last one has its time.
        await hanging[^1].SendAsync("\r\n"u8.ToArray());
        Assert.EndsWith("well", await ReadAsync(hanging[^1]), StringComparison.Ordinal);
        hanging.ForEach(s => s.Dispose());
    }

    [Fact(DisplayName = "ends a client that asks for much and reads nothing, after its time, without a trace")]
    public async Task ReadsNothing()
    {
        using var port = new LoopbackPort(0, (_, _) => Task.FromResult(WebAnswer.Ok(new string('x', 50_000_000))));
        using var client = await ConnectAsync(port);
        await client.SendAsync("GET /metrics HTTP/1.1\r\n\r\n"u8.ToArray());
        await Task.Delay(TimeSpan.FromSeconds(6));
        var read = await ReadAsync(client);
        Assert.InRange(read.Length, 1, 49_999_999);
    }

    [Fact(DisplayName = "an answer that goes on outlives the time of a question, ends with its client, and does not count as one that hangs")]
    public async Task Streams()
    {
        using var port = new LoopbackPort(0, (question, _) => Task.FromResult(question.Path == "/stream" ? Endless("tick\n", 100) : WebAnswer.Ok("well")));
        var streams = new List<Socket>();
        for (var i = 0; i < 16; i++)
        {
            streams.Add(await ConnectAsync(port));
            await streams[i].SendAsync("GET /stream HTTP/1.1\r\n\r\n"u8.ToArray());

            // One after the other: of more than eight that are not answered yet the oldest is cut off.
            await UntilAsync(() => port.Streams == i + 1);
        }
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port.Port}") };
        Assert.Equal("well", await client.GetStringAsync("/"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("/stream")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/stream"))).StatusCode);
        await Task.Delay(TimeSpan.FromSeconds(6));
        Assert.Equal(16, port.Streams);
        streams[0].Dispose();
        await UntilAsync(() => port.Streams == 15);
        port.Dispose();
        await UntilAsync(() => port.Streams == 0);
        Assert.Contains("tick\n", await ReadAsync(streams[1]), StringComparison.Ordinal);
        streams.ForEach(s => s.Dispose());
    }

    [Fact(DisplayName = "a client of an answer that goes on which does not read is dropped, and holds up nobody")]
    public async Task Slow()
    {
        using var port = new LoopbackPort(0, (_, _) => Task.FromResult(Endless(new string('x', 10_000), 5)));
        using var slow = await ConnectAsync(port);
        await slow.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        await UntilAsync(() => port.Streams == 1);
        using var quick = await ConnectAsync(port);
        await quick.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        var buffer = new byte[100_000];
        var reading = true;
        while (reading)
        {
            Assert.True(await quick.ReceiveAsync(buffer) > 0, "The quick one was dropped.");
            reading = port.Streams == 2;
        }
        Assert.Equal(1, port.Streams);
        Assert.True(await quick.ReceiveAsync(buffer) > 0);
    }

    [Fact(DisplayName = "refuses a port that another has, and frees its own at the end")]
    public async Task Taken()
    {
        int number;
        using (var port = new LoopbackPort(0, (_, _) => Task.FromResult(WebAnswer.Ok("well"))))
        {
            number = port.Port;
            using var client = new HttpClient();
            await client.GetStringAsync($"http://127.0.0.1:{number}/");
            Assert.Equal(SocketError.AddressAlreadyInUse, Assert.Throws<SocketException>(() => new LoopbackPort(number, null!)).SocketErrorCode);
        }
        using var next = new LoopbackPort(number, null!);
    }

    private static WebAnswer Endless(string text, int pause) => WebAnswer.Ok("") with
    {
        Stream = async (write, token) =>
        {
            while (!token.IsCancellationRequested)
            {
                await write(text);
                await Task.Delay(pause, token);
            }
        },
    };

    private static async Task UntilAsync(Func<bool> isTrue)
    {
        var started = Stopwatch.GetTimestamp();
        while (!isTrue())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, "It did not come.");
            await Task.Delay(20);
        }
    }

    private static async Task<Socket> ConnectAsync(LoopbackPort port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port.Port);
        return socket;
    }

    /// <summary>What comes until the end, however it ends.</summary>
    private static async Task<string> ReadAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(Patience);
        var text = new StringBuilder();
        var buffer = new byte[100_000];
        try
        {
            while (await socket.ReceiveAsync(buffer, limit.Token) is > 0 and var count)
                text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }
        catch (SocketException)
        {
            // Cut off.
        }
        return text.ToString();
    }
}
