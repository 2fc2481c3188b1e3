using PbxEvents.Module.Health;
using PbxEvents.Module.Service;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Module;

public sealed class ListenerHealthTests : IDisposable
{
    private readonly ManualTimeProvider _clock = new();
    private readonly SessionMeter _meter;
    private readonly ListenerHealth _health;
    private readonly HttpClient _client;
    private TaskCompletionSource _pass = new();
    private string? _whyNotReady;

    public ListenerHealthTests()
    {
        _pass.SetResult();
        _meter = new SessionMeter(() => throw new PbxException(PbxErrorKind.JournalFailed, "Nobody is to look.", "Wait."), () => [], _clock);
        _health = new ListenerHealth(0, new LoopWatch(() => [_pass.Task], () => [], _clock), () => _whyNotReady, _meter, _clock);
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_health.Port}") };
    }

    public void Dispose()
    {
        _client.Dispose();
        _health.Dispose();
        _meter.Dispose();
    }

    [Fact(DisplayName = "lives while the loops advance, and not when one has stood still for a minute; lives again after all")]
    public async Task Lives()
    {
        Assert.Equal("OK", (await AskAsync("/healthz")).Status);
        _pass = new TaskCompletionSource();
        Advance(50);
        Assert.Equal("OK", (await AskAsync("/healthz")).Status);
        Advance(20);
        var (status, text) = await AskAsync("/healthz");
        Assert.Equal("ServiceUnavailable", status);
        Assert.Matches(@"^A connection, a journal's writer or the waiting thread has not advanced for \d\d seconds\.\n$", text);
        _pass.SetResult();
        Advance(10);
        Assert.Equal("OK", (await AskAsync("/healthz")).Status);
    }

    [Fact(DisplayName = "says why it is not ready, in one line, and that it ends")]
    public async Task Ready()
    {
        Assert.Equal("OK", (await AskAsync("/readyz")).Status);
        _whyNotReady = "desk: It is Reconnecting: a\nb";
        Assert.Equal(("ServiceUnavailable", "desk: It is Reconnecting: a b\n"), await AskAsync("/readyz"));
        _whyNotReady = null;
        _health.Stopping();
        Assert.Equal(("ServiceUnavailable", "The listener was told to end.\n"), await AskAsync("/readyz"));
        Assert.Equal("OK", (await AskAsync("/healthz")).Status);
    }

    [Fact(DisplayName = "says that the figures cannot be had, and goes on")]
    public async Task Fails()
    {
        var (status, text) = await AskAsync("/metrics");
        Assert.Equal("InternalServerError", status);
        Assert.Contains("Nobody is to look.", text, StringComparison.Ordinal);
        Assert.Equal("OK", (await AskAsync("/healthz")).Status);
    }

    [Fact(DisplayName = "knows three pages")]
    public async Task Unknown() => Assert.Equal(("NotFound", "Available: /healthz, /readyz and /metrics.\n"), await AskAsync("/"));

    private void Advance(int seconds)
    {
        for (var i = 0; i < seconds; i += 5)
            _clock.Advance(TimeSpan.FromSeconds(5));
    }

    private async Task<(string Status, string Text)> AskAsync(string path)
    {
        using var answer = await _client.GetAsync(path);
        return ($"{answer.StatusCode}", await answer.Content.ReadAsStringAsync());
    }
}
