using System.Globalization;
using System.Text;
using PbxEvents.Module.Connections;
using PbxEvents.Module.Health;
using PbxEvents.Module.Reports;
using PbxEvents.Module.Service;
using PbxEvents.Module.Web;

namespace PbxEvents.Module.Dashboard;

/// <summary>
/// The page and its events, for who knows the token: one file, and a stream of server-sent events that says what has changed. It can only be
/// read. Any thread.
/// </summary>
internal sealed class DashboardServer : IAsyncDisposable
{
    /// <summary>How long nothing is sent at most; the page takes a longer silence for the end.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    private static readonly Lazy<(string Html, string Policy)> Page = new(MakePage);

    private readonly DashboardToken _token;
    private readonly DashboardBoard _board;
    private readonly TimeProvider _clock;
    private readonly LoopbackPort _port;

    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="token">Who knows it may read.</param>
    /// <param name="tokenPath">The file that keeps it; null for none.</param>
    /// <param name="board">What is shown. It ends with this.</param>
    /// <param name="clock">The clock.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The port cannot be opened.</exception>
    public DashboardServer(int port, DashboardToken token, string? tokenPath, DashboardBoard board, TimeProvider clock)
    {
        (_token, _board, _clock) = (token, board, clock);
        TokenPath = tokenPath;
        StartedAt = clock.GetLocalNow();
        _port = new LoopbackPort(port, (question, _) => Task.FromResult(Answer(question)));
    }

    private string? TokenPath { get; }

    private DateTimeOffset StartedAt { get; }

    /// <summary>Opens the page of a session.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The port cannot be opened.</exception>
    public static DashboardServer Of(ModuleState session, int port, DashboardToken token, string? tokenPath, TimeSpan serviceLevel)
    {
        var board = new DashboardBoard(() => session.Connections, () => Look(session), session.Contacts.NameOf, serviceLevel, TimeZoneInfo.Local, TimeProvider.System);
        try
        {
            return new DashboardServer(port, token, tokenPath, board, TimeProvider.System);
        }
        catch (Exception)
        {
            _ = board.DisposeAsync().AsTask();
            throw;
        }
    }

    /// <summary>How it stands now.</summary>
    public PbxDashboard Snapshot() => new()
    {
        Address = new Uri($"http://127.0.0.1:{_port.Port}/{_token.Text}/"),
        Port = _port.Port,
        TokenPath = TokenPath,
        Viewers = _port.Streams,
        StartedAt = StartedAt,
    };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _port.Dispose();
        await _board.DisposeAsync().ConfigureAwait(false);
    }

    private static IReadOnlyList<PbxHealth> Look(ModuleState session)
    {
        var state = ListenerState.Of(session);
        var (limits, now) = (new HealthLimits(), DateTimeOffset.UtcNow);
        return
        [
            .. state.Connections.Select(c => HealthCheck.Of(c, limits, now)),
            .. state.Journals.Where(j => !j.IsReadOnly).Select(j => HealthCheck.Of(j, limits)),
            .. state.Reactions.Select(r => HealthCheck.Of(r, limits)),
        ];
    }

    private static (string Html, string Policy) MakePage()
    {
        var style = WebFile.Read("look.css") + WebFile.Read("dashboard.css");
        var script = WebFile.Read("dashboard.js");
        var html = WebFile.Read("dashboard.html").Replace("{{style}}", style, StringComparison.Ordinal).Replace("{{script}}", script, StringComparison.Ordinal);
        return (html, $"default-src 'none'; style-src {Html.HashOf(style)}; script-src {Html.HashOf(script)}; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    }

    private WebAnswer Answer(WebQuestion question)
    {
        // A page from elsewhere can make its own name lead to this machine, but not say another name here.
        if (question.Header("Host") is not { } host || !IsHere(host))
            return new WebAnswer("421 Misdirected Request", "This page is read as http://127.0.0.1.\n");
        if (question.Header("Sec-Fetch-Site") is "cross-site" or "same-site")
            return new WebAnswer("403 Forbidden", "This page is not for other pages.\n");
        var end = question.Path.IndexOf('/', Math.Min(1, question.Path.Length));
        if (end < 0 || !_token.Is(question.Path.AsSpan(1, end - 1)))
            return WebAnswer.NotFound("There is nothing here.");
        return question.Path[end..] switch
        {
            "/" => Secure(new WebAnswer("200 OK", Page.Value.Html, "text/html; charset=utf-8")),
            "/events" => Secure(new WebAnswer("200 OK", "", "text/event-stream; charset=utf-8") { Stream = SendAsync }),
            _ => WebAnswer.NotFound("There is nothing here."),
        };
    }

    private bool IsHere(string host) => host == $"127.0.0.1:{_port.Port}" || host.Equals($"localhost:{_port.Port}", StringComparison.OrdinalIgnoreCase);

    private static WebAnswer Secure(WebAnswer answer) => answer with
    {
        Headers =
        [
            $"Content-Security-Policy: {Page.Value.Policy}", "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer",
            "Cross-Origin-Resource-Policy: same-origin", "Cross-Origin-Opener-Policy: same-origin", "X-Frame-Options: DENY",
        ],
    };

    /// <summary>
    /// What has changed since the last time, then again. Whoever takes long gets the newest, not all that was in between; the port ends whoever
    /// takes too long.
    /// </summary>
    private async Task SendAsync(Func<string, Task> write, CancellationToken cancellationToken)
    {
        IReadOnlyList<PageSection> seen = [];
        while (!cancellationToken.IsCancellationRequested)
        {
            var current = _board.Current;
            var text = new StringBuilder();
            foreach (var section in current.Where(s => !seen.Contains(s, ReferenceEqualityComparer.Instance)))
                text.Append(CultureInfo.InvariantCulture, $"event: {section.Name}\ndata: {section.Json}\n\n");

            // Last: the page shows what came before by this clock.
            text.Append(CultureInfo.InvariantCulture, $"event: clock\ndata: {_clock.GetUtcNow().ToUnixTimeMilliseconds()}\n\n");
            await write(text.ToString()).ConfigureAwait(false);
            seen = current;
            await _board.WaitAsync(seen, Beat, cancellationToken).ConfigureAwait(false);
        }
    }
}
