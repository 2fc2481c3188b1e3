using System.Globalization;
using PbxEvents.Module.Connections;
using PbxEvents.Module.Service;
using PbxEvents.Module.Web;

namespace PbxEvents.Module.Health;

/// <summary>
/// What the health port of a listener says: whether its loops advance, whether it is ready, and its figures. The first two ask no store, so that a
/// disk that hangs does not look like a listener that does.
/// </summary>
internal sealed class ListenerHealth : IDisposable
{
    /// <summary>As long as the watchdog of Install-PbxService waits.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly LoopWatch _watch;
    private readonly Func<string?> _whyNotReady;
    private readonly TimeProvider _clock;
    private readonly MetricsText _metrics;
    private readonly SemaphoreSlim _oneLook = new(1);
    private readonly ITimer? _timer;
    private readonly LoopbackPort? _port;
    private long _advancedAt;
    private volatile bool _isStopping;

    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="watch">Whether the loops advance.</param>
    /// <param name="whyNotReady">Why the listener is not ready; null when it is.</param>
    /// <param name="meter">The figures.</param>
    /// <param name="clock">The clock.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The port cannot be opened.</exception>
    internal ListenerHealth(int port, LoopWatch watch, Func<string?> whyNotReady, SessionMeter meter, TimeProvider clock)
    {
        (_watch, _whyNotReady, _clock) = (watch, whyNotReady, clock);
        _advancedAt = clock.GetTimestamp();
        _metrics = new MetricsText(meter.Meter);
        try
        {
            _port = new LoopbackPort(port, AnswerAsync);
        }
        catch (Exception)
        {
            Dispose();
            throw;
        }
        _timer = clock.CreateTimer(_ => Look(), null, TimeSpan.Zero, Interval);
    }

    /// <summary>The port.</summary>
    public int Port => _port!.Port;

    /// <summary>Opens the port for a session.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">It cannot be opened.</exception>
    public static ListenerHealth Of(ModuleState session, int port) =>
        new(port, LoopWatch.Of(session, TimeProvider.System), () => ListenerState.Of(session).WhyNotReady, session.Meter, TimeProvider.System);

    /// <summary>The pipeline thread waits for what happens, and has come by.</summary>
    public void Turn() => _watch.Turn();

    /// <summary>The listener was told to end.</summary>
    public void Stopping() => _isStopping = true;

    /// <inheritdoc/>
    public void Dispose()
    {
        _port?.Dispose();
        _timer?.Dispose();
        _metrics.Dispose();
    }

    private void Look()
    {
        if (_watch.HasAdvanced())
            Volatile.Write(ref _advancedAt, _clock.GetTimestamp());
    }

    private async Task<WebAnswer> AnswerAsync(WebQuestion question, CancellationToken cancellationToken) => question.Path switch
    {
        "/healthz" => _clock.GetElapsedTime(Volatile.Read(ref _advancedAt)) is var still && still < Patience ? WebAnswer.Ok("The loops advance.\n")
            : WebAnswer.Unavailable(string.Create(CultureInfo.InvariantCulture, $"A connection, a journal's writer or the waiting thread has not advanced for {still.TotalSeconds:0} seconds.")),
        "/readyz" => _isStopping ? WebAnswer.Unavailable("The listener was told to end.")
            : _whyNotReady() is { } why ? WebAnswer.Unavailable(why)
            : WebAnswer.Ok("All connections are connected and all subscriptions confirmed.\n"),
        "/metrics" => await LookAsync(question.Header("Accept")?.Contains("application/openmetrics-text", StringComparison.OrdinalIgnoreCase) == true, cancellationToken).ConfigureAwait(false),
        _ => WebAnswer.NotFound("Available: /healthz, /readyz and /metrics."),
    };

    /// <summary>One look at a time: what a store that hangs holds up is one thread, however many ask.</summary>
    private async Task<WebAnswer> LookAsync(bool isOpenMetrics, CancellationToken cancellationToken)
    {
        await _oneLook.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return new WebAnswer("200 OK", _metrics.Write(isOpenMetrics), isOpenMetrics ? MetricsText.OpenMetricsType : MetricsText.PlainType);
        }
        finally
        {
            _oneLook.Release();
        }
    }
}
