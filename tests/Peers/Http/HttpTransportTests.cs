using System.Text;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Transport;
using PbxEvents.Simulator.Server;
using PbxEvents.Tests.Shared;

namespace PbxEvents.Tests.Peers.Http;

/// <summary>The HTTP client against a server of the tests' own.</summary>
public sealed class HttpTransportTests
{
    [Fact]
    public async Task Sends_method_headers_and_body_and_reads_the_answer()
    {
        ServerRequest? seen = null;
        await using var server = TestServer.Start(request =>
        {
            seen = request;
            return TestServer.Answer(201, "{\"é\":1}", ("X-Limit", "5"));
        });
        using var http = new HttpTransport(new TransportOptions());
        var answer = await http.SendAsync(new HttpCall("POST", UriOf(server))
        {
            Headers = [new("Authorization", "Bearer x")],
            Body = "{}"u8.ToArray(),
        }, default);

        Assert.Equal((201, "{\"é\":1}"), (answer.Status, Encoding.UTF8.GetString(answer.Body.Span)));
        Assert.Equal("5", answer.Headers["x-limit"]);
        Assert.Equal(("POST", "/token?secret=hidden", "{}"), (seen!.Method, seen.Target, seen.Text));
        Assert.Equal("Bearer x", seen.Headers["Authorization"]);
        Assert.Equal("application/json", seen.Headers["Content-Type"]);
        Assert.Equal("PbxEvents", seen.Headers["User-Agent"]);
    }

    [Fact]
    public async Task A_redirect_is_an_answer_and_is_not_followed()
    {
        var requests = 0;
        await using var server = TestServer.Start(_ =>
        {
            requests++;
            return TestServer.Answer(302, "", ("Location", "/elsewhere"));
        });
        using var http = new HttpTransport(new TransportOptions());

        Assert.Equal(302, (await http.SendAsync(new HttpCall("GET", UriOf(server)), default)).Status);
        Assert.Equal(1, requests);
    }

    [Theory]
    [InlineData("30", 30)]
    [InlineData("Wed, 21 Oct 2015 07:28:00 GMT", 0)]
    [InlineData("soon", null)]
    public async Task Reads_retry_after_in_both_forms(string value, int? seconds)
    {
        await using var server = TestServer.Start(_ => TestServer.Answer(429, "", ("Retry-After", value)));
        using var http = new HttpTransport(new TransportOptions());

        Assert.Equal(seconds, (int?)(await http.SendAsync(new HttpCall("GET", UriOf(server)), default)).RetryAfter?.TotalSeconds);
    }

    [Fact]
    public async Task Reads_retry_after_as_a_date_to_come()
    {
        await using var server = TestServer.Start(_ =>
            TestServer.Answer(503, "", ("Retry-After", $"{DateTimeOffset.UtcNow.AddHours(1):R}")));
        using var http = new HttpTransport(new TransportOptions());

        var wait = (await http.SendAsync(new HttpCall("GET", UriOf(server)), default)).RetryAfter;
        Assert.InRange(wait!.Value.TotalMinutes, 55, 60);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_and_the_limit_named()
    {
        await using var server = TestServer.Start(_ => TestServer.Answer(200, new string('x', 5000)));
        using var http = new HttpTransport(new TransportOptions { MaxFrameBytes = 4000 });

        var fault = await Assert.ThrowsAsync<PbxException>(() => http.SendAsync(new HttpCall("GET", UriOf(server)), default));
        Assert.Equal(PbxErrorKind.ProtocolError, fault.Kind);
        Assert.Contains("4000", fault.Message);
    }

    [Fact]
    public async Task A_body_of_exactly_the_limit_is_read()
    {
        await using var server = TestServer.Start(_ => TestServer.Answer(200, new string('x', 50_000)));
        using var http = new HttpTransport(new TransportOptions { MaxFrameBytes = 50_000 });

        Assert.Equal(50_000, (await http.SendAsync(new HttpCall("GET", UriOf(server)), default)).Body.Length);
    }

    [Fact]
    public async Task No_answer_is_a_timeout_without_the_query_in_its_text()
    {
        await using var server = TestServer.Start(_ => TestServer.Silence());
        using var http = new HttpTransport(new TransportOptions { ConnectTimeout = TimeSpan.FromSeconds(1) });

        var fault = await Assert.ThrowsAsync<PbxException>(() => http.SendAsync(new HttpCall("GET", UriOf(server)), default));
        Assert.Equal(PbxErrorKind.Timeout, fault.Kind);
        Assert.DoesNotContain("hidden", fault.ToString());
    }

    [Fact]
    public async Task A_cancelled_request_is_cancelled_and_not_a_timeout()
    {
        await using var server = TestServer.Start(_ => TestServer.Silence());
        using var http = new HttpTransport(new TransportOptions());
        using var cancel = new CancellationTokenSource();
        var sending = http.SendAsync(new HttpCall("GET", UriOf(server)), cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task A_closed_port_is_a_refused_connection()
    {
        Uri uri;
        await using (var server = TestServer.Start(_ => TestServer.Silence()))
            uri = UriOf(server);
        using var http = new HttpTransport(new TransportOptions());

        Assert.Equal(PbxErrorKind.ConnectionRefused, (await Assert.ThrowsAsync<PbxException>(() => http.SendAsync(new HttpCall("GET", uri), default))).Kind);
    }

    [Fact]
    public async Task An_unknown_host_is_not_found()
    {
        using var http = new HttpTransport(new TransportOptions());

        var fault = await Assert.ThrowsAsync<PbxException>(() => http.SendAsync(new HttpCall("GET", new Uri("http://pbx.invalid/x?secret=hidden")), default));
        Assert.Equal((PbxErrorKind.HostNotFound, "pbx.invalid"), (fault.Kind, fault.Target));
        Assert.DoesNotContain("hidden", fault.ToString());
    }

    private static Uri UriOf(LoopbackServer server) => new($"http://127.0.0.1:{server.Port}/token?secret=hidden");
}
