using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace PbxEvents.Module.Health;

/// <summary>One instrument and its series, as text. Any thread.</summary>
/// <param name="instrument">An observable instrument, or a histogram with bounds.</param>
internal sealed class MetricFamily(Instrument instrument)
{
    private readonly string _name = instrument.Name.Replace('.', '_') + (instrument.Unit == "s" ? "_seconds" : "");
    private readonly string _type = instrument is Histogram<double> ? "histogram" : instrument.GetType().Name.Contains("Counter", StringComparison.Ordinal) ? "counter" : "gauge";
    private readonly IReadOnlyList<double> _bounds = (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? [];
    private readonly SortedDictionary<string, Series> _series = new(StringComparer.Ordinal);

    /// <summary>What is observed is told anew at each look; what a histogram has been told, once only.</summary>
    public void BeginLook()
    {
        if (_type == "histogram")
            return;
        lock (_series)
            _series.Clear();
    }

    /// <summary>Takes a value.</summary>
    public void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = Labels(tags);
        var bucket = 0;
        while (bucket < _bounds.Count && value > _bounds[bucket])
            bucket++;
        lock (_series)
        {
            if (!_series.TryGetValue(labels, out var series))
                _series[labels] = series = new Series(new long[_bounds.Count + 1]);
            series.Sum = _type == "histogram" ? series.Sum + value : value;
            series.Buckets[bucket]++;
        }
    }

    /// <summary>Writes it. A family of which nothing is known yet is left out.</summary>
    public void Write(StringBuilder text, bool isOpenMetrics)
    {
        lock (_series)
        {
            if (_series.Count > 0)
                WriteSeries(text, isOpenMetrics);
        }
    }

    private void WriteSeries(StringBuilder text, bool isOpenMetrics)
    {
        var suffix = _type == "counter" ? "_total" : "";

        // OpenMetrics names the family without the ending of its samples, the older format with it.
        var name = isOpenMetrics ? _name : _name + suffix;
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {_type}\n");
        if (isOpenMetrics && instrument.Unit == "s")
            text.Append(CultureInfo.InvariantCulture, $"# UNIT {name} seconds\n");
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {Escape(instrument.Description ?? "", isOpenMetrics)}\n");
        foreach (var (labels, series) in _series)
        {
            if (_type == "histogram")
                WriteHistogram(text, labels, series);
            else
                text.Append(CultureInfo.InvariantCulture, $"{_name}{suffix}{Braces(labels)} {Number(series.Sum)}\n");
        }
    }

    private void WriteHistogram(StringBuilder text, string labels, Series series)
    {
        var count = 0L;
        for (var i = 0; i <= _bounds.Count; i++)
        {
            count += series.Buckets[i];
            var bound = $"le=\"{(i < _bounds.Count ? _bounds[i].ToString("0.0################", CultureInfo.InvariantCulture) : "+Inf")}\"";
            text.Append(CultureInfo.InvariantCulture, $"{_name}_bucket{Braces(labels.Length == 0 ? bound : $"{labels},{bound}")} {count}\n");
        }
        text.Append(CultureInfo.InvariantCulture, $"{_name}_sum{Braces(labels)} {Number(series.Sum)}\n{_name}_count{Braces(labels)} {count}\n");
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in tags)
            text.Append(CultureInfo.InvariantCulture, $"{(text.Length == 0 ? "" : ",")}{name}=\"{Escape($"{value}", withQuotes: true)}\"");
        return text.ToString();
    }

    private static string Braces(string labels) => labels.Length == 0 ? "" : $"{{{labels}}}";

    private static string Escape(string text, bool withQuotes)
    {
        text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return withQuotes ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
    }

    private static string Number(double value) => value.ToString("0.################", CultureInfo.InvariantCulture);

    /// <summary>The values under one set of labels.</summary>
    private sealed class Series(long[] buckets)
    {
        public long[] Buckets => buckets;

        public double Sum { get; set; }
    }
}
