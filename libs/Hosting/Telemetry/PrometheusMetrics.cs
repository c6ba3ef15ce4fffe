using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace DaprHep.Hosting.Telemetry;

/// <summary>
/// Keeps the sums of the process's instruments and writes them in Prometheus' text format 0.0.4. It listens to DaprHep's own meter, the web
/// server's and the runtime's. Source of the format: the text exposition format of Prometheus; of the names: OpenTelemetry's rules for it
/// (dots to underscores, the unit as a word, <c>_total</c> for counters).
/// </summary>
internal sealed partial class PrometheusMetrics : IDisposable
{
    /// <summary>The content type of <see cref="Write"/>.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly HashSet<string> Meters =
        [Measures.MeterName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly ILogger<PrometheusMetrics> _logger;

    public PrometheusMetrics(ILogger<PrometheusMetrics> logger)
    {
        _logger = logger;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (Meters.Contains(instrument.Meter.Name))
                listener.EnableMeasurementEvents(instrument, FamilyOf(instrument));
        };
        _listener.SetMeasurementEventCallback<int>((_, value, tags, family) => ((MetricFamily)family!).Add(value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, family) => ((MetricFamily)family!).Add(value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, family) => ((MetricFamily)family!).Add(value, tags));
        _listener.Start();
    }

    /// <summary>Writes all metrics as they are now; one that can't be read is left out, and logged.</summary>
    public void Write(TextWriter output)
    {
        lock (_lock)
        {
            foreach (MetricFamily family in _families.Values)
                family.ForgetObserved();
            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException e)
            {
                // All others have been read.
                UnreadableMetric(_logger, e.Flatten());
            }
            foreach (MetricFamily family in _families.Values)
                family.Write(output);
        }
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>The name of an instrument in Prometheus.</summary>
    public static string NameOf(Instrument instrument)
    {
        string name = instrument.Name.Replace('.', '_').Replace('-', '_');
        string unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            "1" or null or "" => "",
            { } other when other.StartsWith('{') => "",
            { } other => "_" + other.ToLower(CultureInfo.InvariantCulture),
        };
        if (!name.EndsWith(unit, StringComparison.Ordinal))
            name += unit;
        return MetricFamily.KindOf(instrument) == MetricKind.Counter ? name + "_total" : name;
    }

    [LoggerMessage(LogLevel.Warning, "A metric can't be read; it is missing at /metrics")]
    private static partial void UnreadableMetric(ILogger logger, Exception reason);

    private MetricFamily FamilyOf(Instrument instrument)
    {
        string name = NameOf(instrument);
        lock (_lock)
        {
            // Two hosts in one process publish instruments of one name; they share a family.
            if (!_families.TryGetValue(name, out MetricFamily? family))
                _families.Add(name, family = new MetricFamily(name, instrument));
            return family;
        }
    }
}
