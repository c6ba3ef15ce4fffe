using Dapr;
using Dapr.Client;
using DaprHep.Hosting.Contracts;
using DaprHep.Learning.Inference.Drift;

namespace DaprHep.Serving.Models;

/// <summary>The message of topic <c>alarms</c>: a model's events have drifted from those of its training, or have come back.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Version">The version that answers.</param>
/// <param name="State"><c>drifted</c> or <c>cleared</c>.</param>
/// <param name="Events">Events that were looked at.</param>
/// <param name="Drifted">The quantities that have drifted, worst first; empty when cleared.</param>
/// <param name="At">When it was seen.</param>
internal sealed record DriftMessage(
    string Model, string Version, string State, long Events, IReadOnlyList<QuantityDrift> Drifted, DateTimeOffset At)
{
    /// <summary>The topic.</summary>
    public const string Topic = "alarms";
}

/// <summary>
/// Looks regularly whether a model's events have drifted, and says so once: in the log, and as a message where there is a sidecar.
/// </summary>
internal sealed class DriftAlarm(
    ModelHost models, IServiceProvider services, ServingLimits limits, TimeProvider time, ILogger<DriftAlarm> logger) : BackgroundService
{
    private readonly Dictionary<string, string> _alarmed = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(limits.DriftSeconds), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                foreach (LoadedModel model in models.All)
                    await LookAsync(model, stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }

    private async Task LookAsync(LoadedModel model, CancellationToken stopping)
    {
        if (model.Serving is not { Drift: { } monitor } serving)
            return;
        DriftReport report = monitor.Report();
        (string name, string version) = (model.Model.Name, serving.Version.Version);
        bool wasAlarmed = _alarmed.GetValueOrDefault(name) == version;
        if (report.IsAlarm == wasAlarmed)
            return;
        QuantityDrift[] drifted = [.. report.Drifted];
        if (report.IsAlarm)
        {
            logger.LogWarning(
                "The events of {Model} {Version} have drifted: {Quantities}",
                name,
                version,
                string.Join(", ", drifted.Select(drift => FormattableString.Invariant($"{drift.Name} (PSI {drift.Psi:F2})"))));
        }
        else
        {
            logger.LogInformation("The events of {Model} {Version} are as in training again", name, version);
        }
        var message = new DriftMessage(name, version, report.IsAlarm ? "drifted" : "cleared", report.Events, drifted, time.GetUtcNow());
        if (!await PublishAsync(message, stopping))
            return;
        if (report.IsAlarm)
            _alarmed[name] = version;
        else
            _alarmed.Remove(name);
    }

    // A message that does not go out is tried again at the next look.
    private async Task<bool> PublishAsync(DriftMessage message, CancellationToken stopping)
    {
        if (services.GetService<DaprClient>() is not { } dapr)
            return true;
        try
        {
            await dapr.PublishEventAsync(ProgressMessage.PubSub, DriftMessage.Topic, message, stopping);
            return true;
        }
        catch (Exception e) when (e is DaprException or HttpRequestException
            || (e is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            logger.LogWarning("The alarm could not be published: {Reason}", e.Message);
            return false;
        }
    }
}
