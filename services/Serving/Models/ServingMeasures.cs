using System.Diagnostics.Metrics;
using System.Globalization;
using DaprHep.Hosting;
using DaprHep.Hosting.Telemetry;
using DaprHep.Serving.Http;

namespace DaprHep.Serving.Models;

/// <summary>
/// What the service counts of its models, read when metrics are asked for. Names of models are labels, as they are few and in the address
/// anyway.
/// </summary>
internal sealed class ServingMeasures : IDisposable
{
    private readonly Meter _meter = new(Measures.MeterName, SoftwareVersion.Current);
    private readonly ModelHost _models;
    private readonly ShadowComparison _shadows;

    public ServingMeasures(ModelHost models, ShadowComparison shadows, MemoryBudget budget, PredictEndpoint predict)
    {
        (_models, _shadows) = (models, shadows);
        _meter.CreateObservableCounter(
            "daprhep.serving.events", () => OfVersions(version => version.Events), "{event}", "Events predicted, by model and version.");
        _meter.CreateObservableCounter(
            "daprhep.serving.batches", () => OfVersions(version => version.Batches.Done.Batches), "{batch}",
            "Batches of events from JSON requests, by model and version.");
        _meter.CreateObservableGauge(
            "daprhep.serving.drift.psi", () => OfDrift(drift => drift.Psi), "1", "Population stability index, by model and quantity.");
        _meter.CreateObservableGauge(
            "daprhep.serving.drift.ks", () => OfDrift(drift => drift.Ks), "1", "Kolmogorov-Smirnov distance, by model and quantity.");
        _meter.CreateObservableGauge(
            "daprhep.serving.shadow.disagreement", OfShadows, "1", "Share of events for which the shadow has another class, by model.");
        _meter.CreateObservableCounter(
            "daprhep.serving.requests", () => predict.Done.Requests, "{request}", "Requests for predictions that have ended.");
        _meter.CreateObservableCounter("daprhep.serving.request.time", () => predict.Done.Seconds, "s", "Time that they took, together.");
        _meter.CreateObservableCounter(
            "daprhep.serving.requests.within", () => OfTimes(predict.Times), "{request}", "Those of them that took at most le seconds.");
        _meter.CreateObservableCounter(
            "daprhep.serving.refused", () => predict.Done.Refused, "{request}", "Those that were refused or broken off.");
        _meter.CreateObservableGauge("daprhep.serving.buffered", () => budget.Taken, "By", "Memory held for the events of requests.");
    }

    public void Dispose() => _meter.Dispose();

    private List<Measurement<long>> OfVersions(Func<LoadedVersion, long> count) =>
    [
        .. from model in _models.All
           from version in new[] { model.Serving, model.Canary }
           where version is not null
           select new Measurement<long>(count(version), Tag("model", model.Model.Name), Tag("version", version.Version.Version)),
    ];

    private List<Measurement<double>> OfDrift(Func<Learning.Inference.Drift.QuantityDrift, double> figure)
    {
        var measurements = new List<Measurement<double>>();
        foreach (LoadedModel model in _models.All)
        {
            if (model.Serving?.Drift?.Report() is not { } report)
                continue;
            measurements.AddRange(report.Features.Concat(report.Scores).Select(drift =>
                new Measurement<double>(figure(drift), Tag("model", model.Model.Name), Tag("quantity", drift.Name))));
        }
        return measurements;
    }

    private List<Measurement<double>> OfShadows() =>
    [
        .. from model in _models.All
           let shadow = _shadows.Find(model.Model.Name, model.Model.Shadow)
           where shadow is { Events: > 0 }
           select new Measurement<double>(1 - ((double)shadow.Agreed / shadow.Events), Tag("model", model.Model.Name)),
    ];

    private static IEnumerable<Measurement<long>> OfTimes(RequestTimes times) => times.Within().Select(within => new Measurement<long>(
        within.Requests, Tag("le", double.IsFinite(within.Seconds) ? within.Seconds.ToString(CultureInfo.InvariantCulture) : "+Inf")));

    private static KeyValuePair<string, object?> Tag(string key, string value) => new(key, value);
}
