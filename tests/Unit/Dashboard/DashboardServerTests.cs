using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using PbxEvents.Module.Dashboard;
using PbxEvents.Providers;
using PbxEvents.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Dashboard;

public sealed class DashboardServerTests : IAsyncLifetime
{
    private readonly List<PbxClient> _connections = [];
    private readonly DashboardToken _token = DashboardToken.Make();
    private readonly DashboardBoard _board;
    private readonly DashboardServer _server;
    private readonly HttpClient _http = new();
    private string? _trouble;

    public DashboardServerTests()
    {
        _board = new DashboardBoard(() => [.. _connections], Look, n => n == "+4512345678" ? "Anna <b>" : null, TimeSpan.FromSeconds(60), TimeZoneInfo.Local, TimeProvider.System);
        _server = new DashboardServer(0, _token, null, _board, TimeProvider.System);
    }

    private string Root => $"http://127.0.0.1:{_server.Snapshot().Port}";

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        foreach (var connection in _connections)
            await connection.DisposeAsync();
    }

    [Fact(DisplayName = "who does not know the token finds nothing, whatever is like it")]
    public async Task Token()
    {
        Assert.Equal(43, _token.Text.Length);
        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync(_server.Snapshot().Address)).StatusCode);
        foreach (var path in new[] { "/", "//", "/events", $"/{_token.Text}", $"/{_token.Text[..^1]}/", $"/{_token.Text}x/", $"/{_token.Text.ToUpperInvariant()}x/", $"/{DashboardToken.Make().Text}/events", $"/{_token.Text}/x", "/favicon.ico" })
            Assert.Equal((path, HttpStatusCode.NotFound), (path, (await _http.GetAsync(Root + path)).StatusCode));
        Assert.DoesNotContain(_token.Text, _server.Snapshot().ToString(), StringComparison.Ordinal);
    }

    [Theory(DisplayName = "answers nobody who calls this machine by another name, nor another page")]
    [InlineData("Host", "evil.example", 421)]
    [InlineData("Host", "127.0.0.1", 421)]
    [InlineData("Host", "localhost.evil.example:{0}", 421)]
    [InlineData("Host", "127.0.0.1:{0}.evil.example", 421)]
    [InlineData("Host", "localhost:{0}", 200)]
    [InlineData("Host", "LOCALHOST:{0}", 200)]
    [InlineData("Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-origin", 200)]
    [InlineData("Sec-Fetch-Site", "none", 200)]
    public async Task Rebinding(string header, string value, int status)
    {
        using var question = new HttpRequestMessage(HttpMethod.Get, _server.Snapshot().Address);
        question.Headers.TryAddWithoutValidation(header, value.Replace("{0}", $"{_server.Snapshot().Port}", StringComparison.Ordinal));
        Assert.Equal(status, (int)(await _http.SendAsync(question)).StatusCode);
    }

    [Fact(DisplayName = "the page's policy lets run what is in the page and nothing else, and the page loads nothing")]
    public async Task Policy()
    {
        var answer = await _http.GetAsync(_server.Snapshot().Address);
        var page = await answer.Content.ReadAsStringAsync();
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Equal(
            $"default-src 'none'; style-src {HashOf(page, "style")}; script-src {HashOf(page, "script")}; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", policy);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        Assert.Equal(("nosniff", "no-referrer"), (answer.Headers.GetValues("X-Content-Type-Options").Single(), answer.Headers.GetValues("Referrer-Policy").Single()));
        Assert.DoesNotMatch("innerHTML|outerHTML|insertAdjacent|document.write|eval\\(|src=|https?:|url\\(|@import|localStorage| on[a-z]+=\"|style=\"", page);
        Assert.DoesNotContain("{{", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await _http.PostAsync(_server.Snapshot().Address, null)).StatusCode);
    }

    [Fact(DisplayName = "the stream tells all at first, then what has changed; connections that come later too")]
    public async Task Events()
    {
        await using var reader = new SectionReader(_http, new Uri(_server.Snapshot().Address, "events"));
        await reader.UntilAsync(s => s.Count == 7);
        Assert.Equal(["agents", "calls", "day", "gaps", "health", "queues", "unreached"], reader.Seen.Keys.Order());
        Assert.Equal(1, _server.Snapshot().Viewers);

        await using var simulator = PbxSimulator.Start(new SimulatorOptions { Provider = "TelecomX" });
        var client = await PbxClient.ConnectAsync(SimulatorLogin.Of(simulator).ToOptions(), CancellationToken.None);
        _connections.Add(client);
        await client.SubscribeAsync(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call }, CancellationToken.None);
        await reader.UntilAsync(_ => reader.Rows("health").Any(r => r.GetProperty("name").GetString() == client.Name));
        await simulator.PlayAsync("Missed", new() { From = "+4512345678", FromName = "the caller's word", Pace = TimeSpan.Zero });
        await reader.UntilAsync(_ => reader.Rows("unreached").Length > 0);

        var missed = Assert.Single(reader.Rows("unreached"));
        Assert.Equal(("+4512345678", "Anna <b>", "Missed"), (Text(missed, "from"), Text(missed, "fromName"), Text(missed, "outcome")));
        await reader.UntilAsync(s => s["day"].GetProperty("unreached").GetInt64() == 1);
        Assert.Empty(reader.Rows("calls"));
        await reader.DisposeAsync();
        await Until.TrueAsync(() => _server.Snapshot().Viewers == 0);
    }

    [Fact(DisplayName = "a fault in what is looked at is told on the page, and is gone when it is")]
    public async Task Fault()
    {
        await using var reader = new SectionReader(_http, new Uri(_server.Snapshot().Address, "events"));
        await reader.UntilAsync(s => s.ContainsKey("health"));
        _trouble = "The store <b> hangs.";
        await reader.UntilAsync(s => s.ContainsKey("fault"));
        Assert.Equal("The store <b> hangs.", Text(reader.Seen["fault"], "why"));
        _trouble = null;
        await Until.TrueAsync(() => _board.Current.All(s => s.Name != "fault"));
    }

    [Fact(DisplayName = "a token that a file keeps is the same again, and a file of something else is left alone")]
    public void Kept()
    {
        var folder = Directory.CreateTempSubdirectory("pbxevents-token-");
        try
        {
            var path = Path.Combine(folder.FullName, "token");
            var first = DashboardToken.Keep(path);
            Assert.Equal(first.Text, DashboardToken.Keep(path).Text);
            Assert.True(first.Is(first.Text));
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            File.WriteAllText(path, "my diary");
            Assert.Throws<FormatException>(() => DashboardToken.Keep(path));
            File.WriteAllText(path, "");
            Assert.Throws<FormatException>(() => DashboardToken.Keep(path));
            Assert.Equal("", File.ReadAllText(path));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string HashOf(string page, string element) =>
        $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Regex.Match(page, $"<{element}>(.*?)</{element}>", RegexOptions.Singleline).Groups[1].Value)))}'";

    private static string? Text(JsonElement row, string name) => row.GetProperty(name).GetString();

    private IReadOnlyList<PbxHealth> Look() =>
        _trouble is { } trouble ? throw new InvalidOperationException(trouble)
        : [.. _connections.Select(c => new PbxHealth { Name = c.Name, Kind = PbxHealthKind.Connection, IsHealthy = true, Reason = "well" })];

    /// <summary>Reads server-sent events as a browser does, and keeps the newest of each name.</summary>
    private sealed class SectionReader : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new(TimeSpan.FromSeconds(60));
        private readonly Task _reading;

        public SectionReader(HttpClient http, Uri address) => _reading = Task.Run(async () =>
        {
            using var answer = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, _end.Token);
            Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
            using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(_end.Token));
            for (var name = ""; await lines.ReadLineAsync(_end.Token) is { } line;)
            {
                if (line.StartsWith("event: ", StringComparison.Ordinal))
                    name = line[7..];
                else if (line.StartsWith("data: ", StringComparison.Ordinal) && name != "clock")
                    Seen[name] = JsonDocument.Parse(line[6..]).RootElement;
            }
        });

        public System.Collections.Concurrent.ConcurrentDictionary<string, JsonElement> Seen { get; } = new();

        public JsonElement[] Rows(string name) => Seen.TryGetValue(name, out var section) ? [.. section.GetProperty("rows").EnumerateArray()] : [];

        public Task UntilAsync(Func<IReadOnlyDictionary<string, JsonElement>, bool> isSo) => Until.TrueAsync(() => isSo(Seen));

        public async ValueTask DisposeAsync()
        {
            if (!_end.IsCancellationRequested)
                await _end.CancelAsync();
            await ((Task)_reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
