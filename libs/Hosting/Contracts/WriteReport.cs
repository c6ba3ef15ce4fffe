using DaprHep.Hosting.Runs;

namespace DaprHep.Hosting.Contracts;

/// <summary>Input of activity <c>WriteReport</c>: metrics, report and record of a run.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Plan">Prefix of the objects of the plan that was carried out.</param>
/// <param name="Statistics">Key of the statistics object.</param>
/// <param name="Model">Prefix of the model's objects.</param>
/// <param name="Evaluation">Key of the evaluation object.</param>
/// <param name="Started">When the run began (UTC).</param>
/// <param name="Timings">Wall time and events of each step, in order.</param>
public sealed record WriteReportInput(
    PipelineRequest Request, string Plan, string Statistics, string Model, string Evaluation, DateTime Started, IReadOnlyList<StepTiming> Timings)
    : IRunInput
{
    /// <summary>Key of the study's object; null for a run without a search.</summary>
    public string? Study { get; init; }

    /// <summary>What came of the promotion; null for a run without one.</summary>
    public PromotionResult? Promotion { get; init; }

    /// <summary>The most memory that a process which built shards has had, in bytes.</summary>
    public long PeakMemory { get; init; }

    string IRunInput.Run => Request.Run;
}

/// <summary>How long a step took.</summary>
/// <param name="Step">Name of the step.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="Events">Events it worked on.</param>
public sealed record StepTiming(string Step, double Seconds, long Events)
{
    /// <summary>Events a second; 0 for a step too short to time.</summary>
    public double EventsPerSecond => Seconds > 0 ? Events / Seconds : 0;
}

/// <summary>Output of activity <c>WriteReport</c>.</summary>
/// <param name="Prefix">Prefix of the run's objects: <c>metrics.json</c>, <c>report.html</c>, <c>run.json</c>.</param>
/// <param name="BadFiles">Input files that could not be read and were left out.</param>
public sealed record WriteReportOutput(string Prefix, IReadOnlyList<BadFile> BadFiles);
