using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace DaprHep.Hosting.Telemetry;

/// <summary>What Prometheus calls the type of a metric.</summary>
internal enum MetricKind
{
    /// <summary>Only grows.</summary>
    Counter,

    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>Counts by size.</summary>
    Histogram,
}

/// <summary>All series of one instrument: a value, or the buckets of a histogram, for each set of tags.</summary>
internal sealed class MetricFamily
{
    // Tags come from code and routes, so this is only a guard of the memory.
    private const int MostSeries = 2000;
    private static readonly double[] StandardBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private readonly Dictionary<string, Series> _series = [];
    private readonly Lock _lock = new();
    private readonly string _name;
    private readonly string _help;
    private readonly MetricKind _kind;
    private readonly bool _observed;
    private readonly bool _replaces;
    private readonly double[] _bounds;
    private KeyValuePair<string, object?>[] _lastTags = [];
    private Series? _last;

    public MetricFamily(string name, Instrument instrument)
    {
        _name = name;
        _help = (instrument.Description ?? "").Replace(@"\", @"\\", StringComparison.Ordinal).ReplaceLineEndings(" ");
        _kind = KindOf(instrument);
        _observed = instrument.IsObservable;
        _replaces = _observed || _kind == MetricKind.Gauge && TypeOf(instrument) == typeof(Gauge<>);
        _bounds = _kind == MetricKind.Histogram ? BoundsOf(instrument) : [];
    }

    public static MetricKind KindOf(Instrument instrument)
    {
        Type? type = TypeOf(instrument);
        return type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? MetricKind.Counter
            : type == typeof(Histogram<>) ? MetricKind.Histogram
            : MetricKind.Gauge;
    }

    public void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_lock)
        {
            if (SeriesOf(tags) is not { } series)
                return;
            if (_replaces)
                series.Sum = value;
            else
                series.Sum += value;
            if (_kind != MetricKind.Histogram)
                return;
            series.Count++;
            int bucket = Array.FindIndex(_bounds, bound => value <= bound);
            if (bucket >= 0)
                series.Buckets[bucket]++;
        }
    }

    private Series? SeriesOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        // Most measurements have the tags of the one before: those of a server's requests, for instance.
        if (_last is { } last && AreSame(tags, _lastTags))
            return last;
        string labels = LabelsOf(tags);
        if (!_series.TryGetValue(labels, out Series? series))
        {
            if (_series.Count >= MostSeries)
                return null;
            _series.Add(labels, series = new Series(_bounds.Length));
        }
        (_last, _lastTags) = (series, tags.ToArray());
        return series;
    }

    private static bool AreSame(ReadOnlySpan<KeyValuePair<string, object?>> one, ReadOnlySpan<KeyValuePair<string, object?>> other)
    {
        if (one.Length != other.Length)
            return false;
        for (int i = 0; i < one.Length; i++)
        {
            if (one[i].Key != other[i].Key || !Equals(one[i].Value, other[i].Value))
                return false;
        }
        return true;
    }

    /// <summary>Observed values are told anew each time; one that is told no more is gone.</summary>
    public void ForgetObserved()
    {
        if (!_observed)
            return;
        lock (_lock)
        {
            _series.Clear();
            _last = null;
        }
    }

    public void Write(TextWriter output)
    {
        lock (_lock)
        {
            if (_help.Length > 0)
                output.Write($"# HELP {_name} {_help}\n");
            output.Write($"# TYPE {_name} {_kind switch
            {
                MetricKind.Counter => "counter",
                MetricKind.Histogram => "histogram",
                _ => "gauge",
            }}\n");
            foreach ((string labels, Series series) in _series.OrderBy(named => named.Key, StringComparer.Ordinal))
            {
                if (_kind == MetricKind.Histogram)
                    WriteBuckets(output, labels, series);
                else
                    output.Write($"{_name}{Braced(labels)} {Text(series.Sum)}\n");
            }
        }
    }

    private void WriteBuckets(TextWriter output, string labels, Series series)
    {
        string before = labels.Length > 0 ? labels + "," : "";
        long below = 0;
        for (int i = 0; i < _bounds.Length; i++)
        {
            below += series.Buckets[i];
            output.Write($"{_name}_bucket{{{before}le=\"{Text(_bounds[i])}\"}} {Text(below)}\n");
        }
        output.Write($"{_name}_bucket{{{before}le=\"+Inf\"}} {Text(series.Count)}\n");
        output.Write($"{_name}_sum{Braced(labels)} {Text(series.Sum)}\n");
        output.Write($"{_name}_count{Braced(labels)} {Text(series.Count)}\n");
    }

    private static string Braced(string labels) => labels.Length > 0 ? $"{{{labels}}}" : "";

    private static string Text(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length == 0)
            return "";
        var sorted = new KeyValuePair<string, object?>[tags.Length];
        tags.CopyTo(sorted);
        Array.Sort(sorted, (one, other) => string.CompareOrdinal(one.Key, other.Key));
        var labels = new StringBuilder();
        foreach ((string key, object? value) in sorted)
        {
            if (labels.Length > 0)
                labels.Append(',');
            string text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            labels.Append(key.Replace('.', '_').Replace('-', '_')).Append("=\"");
            labels.Append(text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
                .Replace("\n", @"\n", StringComparison.Ordinal));
            labels.Append('"');
        }
        return labels.ToString();
    }

    private static double[] BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries?.ToArray(),
        Histogram<long> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray(),
        _ => null,
    } ?? StandardBounds;

    private static Type? TypeOf(Instrument instrument) =>
        instrument.GetType() is { IsGenericType: true } type ? type.GetGenericTypeDefinition() : null;

    private sealed class Series(int buckets)
    {
        public double Sum { get; set; }

        public long Count { get; set; }

        public long[] Buckets { get; } = new long[buckets];
    }
}
