using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Transport;
using PbxEvents.Simulator;
using PbxEvents.Simulator.Server;
using PbxEvents.Tests.Peers.Support;
using PbxEvents.Tests.Shared;
using Xunit.Abstractions;

namespace PbxEvents.Tests.Peers.Http;

/// <summary>
/// A server that redirects gets no second request: no token, password or cookie goes where the user did not send it. Each
/// platform's way in is walked step by step (token requests, look-ups, WebSocket upgrade, polling), and each step is redirected
/// once to a second server, which must not be spoken to.
/// </summary>
public sealed class RedirectTests(ITestOutputHelper output)
{
    private const int MostSteps = 12;

    [Theory]
    [InlineData("TelecomX")]
    [InlineData("OneCloud")]
    [InlineData("RingCentral")]
    [InlineData("PortSIP")]
    [InlineData("Yeastar")]
    public async Task No_request_of_a_platform_follows_a_redirect(string platform)
    {
        foreach (var (host, isTls) in new (string, bool)[] { ("127.0.0.1", false), ("localhost", false), ("127.0.0.1", true) })
            await WalkAsync(platform, host, isTls);
    }

    /// <param name="platform">The platform.</param>
    /// <param name="elsewhere">The host of the second server: the same one with another port, or another name.</param>
    /// <param name="isTls">True when the first server speaks TLS and the second does not.</param>
    private async Task WalkAsync(string platform, string elsewhere, bool isTls)
    {
        await using var simulator = PbxSimulator.Start(new SimulatorOptions { Provider = platform });
        var walked = new List<string>();
        for (var step = 0; step < MostSteps; step++)
        {
            var strayed = 0;
            await using var second = TestServer.Start(_ =>
            {
                Interlocked.Increment(ref strayed);
                return TestServer.Answer(500);
            });
            var redirected = 0;
            var seen = 0;
            using var certificate = isTls ? Certificates.Valid() : null;
            using var forward = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
            LoopbackServer front = null!;
            await using var first = front = TestServer.Start(async request =>
            {
                var place = $"{request.Method} {request.Target.Split('?')[0]}{(request.IsWebSocket ? " (upgrade)" : "")}";
                if (Interlocked.Increment(ref seen) - 1 < step && !request.IsWebSocket)
                    return await ForwardAsync(forward, simulator, request, front.Port, isTls);

                // What is redirected stays redirected, so that no fallback gets around it.
                if (Interlocked.Increment(ref redirected) == 1)
                    walked.Add(place);
                return TestServer.Answer(307, "", ("Location", $"http://{elsewhere}:{second.Port}{request.Target}"));
            }, certificate);

            var options = OptionsOf(simulator, first.Port, certificate);
            var fault = await Record.ExceptionAsync(async () =>
            {
                await using var client = await PbxClient.ConnectAsync(options, new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
            });
            Assert.Equal(0, strayed);
            if (redirected == 0)
                break;
            Assert.IsType<PbxException>(fault);
            Assert.DoesNotContain(options.Password!.Reveal(), fault.ToString(), StringComparison.Ordinal);
            if (walked[^1].EndsWith("(upgrade)", StringComparison.Ordinal))
                break;
        }

        output.WriteLine($"{platform} to {elsewhere}{(isTls ? ", from TLS" : "")}: {string.Join(", ", walked)}");
        Assert.Contains(walked, w => w.EndsWith("(upgrade)", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(nameof(LinkKind.WebSocket))]
    [InlineData(nameof(LinkKind.SocketIo))]
    public async Task No_link_takes_its_headers_its_query_or_its_cookies_elsewhere(string linkKind)
    {
        var kind = Enum.Parse<LinkKind>(linkKind);
        var strayed = 0;
        await using var second = TestServer.Start(_ =>
        {
            Interlocked.Increment(ref strayed);
            return TestServer.Answer(500);
        });
        var ways = new HashSet<string>();
        await using var first = TestServer.Start(request =>
        {
            lock (ways)
                ways.Add(request.IsWebSocket ? "upgrade" : "polling");
            Assert.Equal("Bearer secret", request.Headers["Authorization"]);
            return TestServer.Answer(302, "", ("Set-Cookie", "session=secret"), ("Location", $"http://127.0.0.1:{second.Port}/"));
        });
        var target = new LinkTarget
        {
            Uri = new Uri($"ws://127.0.0.1:{first.Port}/?access_token=secret"),
            Kind = kind,
            Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer secret", ["Cookie"] = "session=secret" },
        };
        await using var link = new LinkFactory(new TransportOptions()).Create(1, target, new RecordingSink());
        var fault = await Assert.ThrowsAsync<PbxException>(() => link.OpenAsync(default));

        Assert.Equal(kind == LinkKind.SocketIo ? ["polling", "upgrade"] : ["upgrade"], ways.Order());
        Assert.Equal(0, strayed);
        Assert.Contains("redirects elsewhere", fault.Advice, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Lets the simulator answer, and puts the first server in its place where the answer names it.</summary>
    private static async Task<ServerResponse> ForwardAsync(HttpClient client, PbxSimulator simulator, ServerRequest request, int port, bool isTls)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(simulator.Server, request.Target));
        if (request.Body.Length > 0)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
        }
        foreach (var (name, value) in request.Headers.Where(h => h.Key is not ("Host" or "Content-Length" or "Connection")))
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
                message.Content?.Headers.TryAddWithoutValidation(name, value);
        }
        using var answer = await client.SendAsync(message);
        var body = (await answer.Content.ReadAsStringAsync())
            .Replace($":{simulator.Server.Port}", $":{port}", StringComparison.Ordinal)
            .Replace("\"ws://", isTls ? "\"wss://" : "\"ws://", StringComparison.Ordinal);
        return TestServer.Answer((int)answer.StatusCode, body) with { ContentType = $"{answer.Content.Headers.ContentType}" };
    }

    private static PbxConnectOptions OptionsOf(PbxSimulator simulator, int port, X509Certificate2? certificate) => new()
    {
        Provider = simulator.Provider,
        Server = certificate is null ? $"http://127.0.0.1:{port}" : $"https://localhost:{port}",
        UserName = simulator.Jwt is null ? simulator.UserName : null,
        Password = new Secret(simulator.Password),
        Domain = simulator.Provider == "PortSIP" ? simulator.Domain : null,
        ClientId = simulator.ClientId,
        ClientSecret = simulator.ClientSecret is { } secret ? new Secret(secret) : null,
        Jwt = simulator.Jwt is { } jwt ? new Secret(jwt) : null,
        Timeout = TimeSpan.FromSeconds(30),
        Transport = new TransportOptions { CertificateThumbprint = certificate?.GetCertHashString(HashAlgorithmName.SHA256) },
    };
}
