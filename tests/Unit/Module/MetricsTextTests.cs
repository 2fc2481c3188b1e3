using System.Diagnostics.Metrics;
using PbxEvents.Module.Health;

namespace PbxEvents.Tests.Unit.Module;

public sealed class MetricsTextTests : IDisposable
{
    private readonly Meter _meter = new("PbxEvents");

    public void Dispose() => _meter.Dispose();

    [Fact(DisplayName = "writes OpenMetrics: counters end in _total, seconds are named, labels are escaped, the end is marked")]
    public void OpenMetrics()
    {
        var gaps = 3L;
        _meter.CreateObservableCounter("pbxevents.gaps", () => new Measurement<long>(gaps, Tag("connection", "de\"sk\\1\nx"), Tag("provider", "OneCloud")), "{gap}", "How\\many\n\"gaps\".");
        _meter.CreateObservableGauge("pbxevents.silence", () => new Measurement<double>(0.25), "s", "How long.");
        _meter.CreateObservableGauge("pbxevents.nothing", () => Array.Empty<Measurement<long>>());
        using var text = new MetricsText(_meter);
        const string Silence = """
            # TYPE pbxevents_silence_seconds gauge
            # UNIT pbxevents_silence_seconds seconds
            # HELP pbxevents_silence_seconds How long.
            pbxevents_silence_seconds 0.25
            # EOF

            """;
        Assert.Equal("""
            # TYPE pbxevents_gaps counter
            # HELP pbxevents_gaps How\\many\n\"gaps\".
            pbxevents_gaps_total{connection="de\"sk\\1\nx",provider="OneCloud"} 3

            """ + Silence, text.Write(isOpenMetrics: true));
        gaps = 12_345_678_901;
        Assert.Contains("OneCloud\"} 12345678901\n", text.Write(isOpenMetrics: true), StringComparison.Ordinal);
    }

    [Fact(DisplayName = "writes the older format of Prometheus for who takes no other")]
    public void Plain()
    {
        _meter.CreateObservableCounter("pbxevents.gaps", () => 3L, "{gap}", "How\\many \"gaps\".");
        _meter.CreateObservableGauge("pbxevents.silence", () => 1d, "s", "How long.");
        using var text = new MetricsText(_meter);
        Assert.Equal("""
            # TYPE pbxevents_gaps_total counter
            # HELP pbxevents_gaps_total How\\many "gaps".
            pbxevents_gaps_total 3
            # TYPE pbxevents_silence_seconds gauge
            # HELP pbxevents_silence_seconds How long.
            pbxevents_silence_seconds 1

            """, text.Write(isOpenMetrics: false));
    }

    [Fact(DisplayName = "adds up a histogram over looks, by bucket, each with all below it")]
    public void Histogram()
    {
        var delay = _meter.CreateHistogram("pbxevents.delay", "s", "Delay.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1] });
        using var text = new MetricsText(_meter);
        delay.Record(0.5, Tag("reaction", "tickets"));
        delay.Record(0.75, Tag("reaction", "tickets"));
        Assert.Contains("_count{reaction=\"tickets\"} 2\n", text.Write(isOpenMetrics: true), StringComparison.Ordinal);
        delay.Record(9, Tag("reaction", "tickets"));
        Assert.EndsWith("""
            pbxevents_delay_seconds_bucket{reaction="tickets",le="0.5"} 1
            pbxevents_delay_seconds_bucket{reaction="tickets",le="1.0"} 2
            pbxevents_delay_seconds_bucket{reaction="tickets",le="+Inf"} 3
            pbxevents_delay_seconds_sum{reaction="tickets"} 10.25
            pbxevents_delay_seconds_count{reaction="tickets"} 3
            # EOF

            """, text.Write(isOpenMetrics: true), StringComparison.Ordinal);
    }

    [Fact(DisplayName = "lets who records a value go on while a look hangs")]
    public async Task Hanging()
    {
        using var began = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        _meter.CreateObservableGauge("pbxevents.lag", () =>
        {
            began.Release();
            go.Wait(CancellationToken.None);
            return 1L;
        });
        var delay = _meter.CreateHistogram("pbxevents.delay", "s", "Delay.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [1] });
        using var text = new MetricsText(_meter);
        var look = Task.Run(() => text.Write(isOpenMetrics: true));
        await began.WaitAsync();
        await Task.Run(() => delay.Record(2)).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.False(look.IsCompleted);
        go.Release();
        Assert.Contains("pbxevents_delay_seconds_count 1\n", await look, StringComparison.Ordinal);
    }

    [Fact(DisplayName = "tells of its own session only, although all have a meter of that name")]
    public void Other()
    {
        using var other = new Meter("PbxEvents");
        other.CreateObservableCounter("pbxevents.gaps", () => 3L);
        using var text = new MetricsText(_meter);
        Assert.Equal("# EOF\n", text.Write(isOpenMetrics: true));
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
