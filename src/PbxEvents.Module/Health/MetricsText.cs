using System.Diagnostics.Metrics;
using System.Text;

namespace PbxEvents.Module.Health;

/// <summary>
/// The instruments of one meter as text: OpenMetrics 1.0, or the older format of Prometheus for who does not ask for OpenMetrics. It listens to the
/// meter as any other listener does, from when it is made. Any thread. Who records a value waits for no look.
/// </summary>
internal sealed class MetricsText : IDisposable
{
    /// <summary>The content type of OpenMetrics.</summary>
    public const string OpenMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// <summary>The content type of the older format.</summary>
    public const string PlainType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly MeterListener _listener = new();
    private readonly object _gate = new();
    private readonly List<MetricFamily> _families = [];

    /// <param name="meter">The meter.</param>
    public MetricsText(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!ReferenceEquals(instrument.Meter, meter))
                return;
            var family = new MetricFamily(instrument);
            lock (_families)
                _families.Add(family);
            listener.EnableMeasurementEvents(instrument, family);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, family) => ((MetricFamily)family!).Add(value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, family) => ((MetricFamily)family!).Add(value, tags));
        _listener.Start();
    }

    /// <summary>Looks at all figures.</summary>
    /// <param name="isOpenMetrics">False for the older format.</param>
    public string Write(bool isOpenMetrics)
    {
        lock (_gate)
        {
            MetricFamily[] families;
            lock (_families)
                families = [.. _families];
            Array.ForEach(families, f => f.BeginLook());
            _listener.RecordObservableInstruments();
            var text = new StringBuilder();
            Array.ForEach(families, f => f.Write(text, isOpenMetrics));
            return (isOpenMetrics ? text.Append("# EOF\n") : text).ToString();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();
}
