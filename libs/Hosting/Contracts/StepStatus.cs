using System.Globalization;

namespace DaprHep.Hosting.Contracts;

/// <summary>The custom status of a run's workflow.</summary>
/// <param name="Step">The step under way.</param>
/// <param name="Waiting">What it waits for, when it can't begin.</param>
public sealed record StepStatus(string Step, string? Waiting)
{
    /// <summary>When the step began, or the one before it ended (UTC).</summary>
    public DateTime? Since { get; init; }

    /// <summary>How many calls its fan-outs make, as far as they have begun; null where it has none.</summary>
    public int? Parts { get; init; }

    /// <summary>The steps that are over.</summary>
    public IReadOnlyList<StepTiming>? Timings { get; init; }

    /// <summary>What to say of a step whose app has no worker.</summary>
    public static string WaitingFor(string app, DateTimeOffset since) =>
        string.Create(CultureInfo.InvariantCulture, $"waiting for {app} (no worker since {since.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'})");
}
