using System.Text.Json.Serialization;
using DaprHep.Learning.Evaluation;

namespace DaprHep.Learning.Report;

/// <summary>
/// All that the report of a run shows. Lists "by class" follow <see cref="Classes"/>. A number that is not known (null, NaN or infinite) is
/// shown as a dash, an empty list leaves its part of the report out, except that lists by class may hold zeros for a class without events.
/// </summary>
public sealed record ReportData
{
    /// <summary>The heading, e.g. the name of the run.</summary>
    public required string Title { get; init; }

    /// <summary>When the run ended.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The software that made it, e.g. <c>DaprHep 0.1.0</c>.</summary>
    public required string SoftwareVersion { get; init; }

    /// <summary>Names of the classes, by label.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Parameters of the run, in the order to show them.</summary>
    public IReadOnlyList<ReportParameter> Parameters { get; init; } = [];

    /// <summary>The input files.</summary>
    public IReadOnlyList<ReportInput> Inputs { get; init; } = [];

    /// <summary>How many events are left after each step of the selection, in its order.</summary>
    public IReadOnlyList<CutFlowStep> CutFlow { get; init; } = [];

    /// <summary>Test events that the metrics are of.</summary>
    public long? TestEvents { get; init; }

    /// <summary>Part of the test events put into their own class, 0 to 1.</summary>
    public Measurement Accuracy { get; init; }

    /// <summary>Metrics of each class against the others.</summary>
    public IReadOnlyList<ClassMetrics> Metrics { get; init; } = [];

    /// <summary>ROC curves, one a class.</summary>
    public IReadOnlyList<ReportRocCurve> RocCurves { get; init; } = [];

    /// <summary>Test events by true class (rows) and predicted class (columns).</summary>
    public IReadOnlyList<IReadOnlyList<long>> Confusion { get; init; } = [];

    /// <summary>Reliability curves, one a class.</summary>
    public IReadOnlyList<CalibrationCurve> Calibration { get; init; } = [];

    /// <summary>What each feature is worth to the classifier, where it was measured.</summary>
    public PermutationImportance? Importance { get; init; }

    /// <summary>The classifier's outputs, one histogram an output, by true class.</summary>
    public IReadOnlyList<Histogram> Scores { get; init; } = [];

    /// <summary>The mistakes that the classifier was surest of.</summary>
    public IReadOnlyList<Mistake> Mistakes { get; init; } = [];

    /// <summary>Name of the run, for links to its events; null where a gateway does not know it.</summary>
    public string? Run { get; init; }

    /// <summary>The loss after each epoch.</summary>
    public IReadOnlyList<EpochLoss> Loss { get; init; } = [];

    /// <summary>The search that chose the hyper-parameters, if there was one.</summary>
    public TuningReport? Tuning { get; init; }

    /// <summary>The features, by class.</summary>
    public IReadOnlyList<Histogram> Features { get; init; } = [];

    /// <summary>How long each step took.</summary>
    public IReadOnlyList<StepTiming> Timings { get; init; } = [];
}

/// <summary>A value with its standard error; either may be unknown (null).</summary>
/// <param name="Value">The value.</param>
/// <param name="Error">Its standard error.</param>
public readonly record struct Measurement(double? Value, double? Error = null)
{
    /// <summary>Value and error, both to the error's second digit; a dash where unknown.</summary>
    public override string ToString() => Markup.Of(this);
}

/// <summary>A parameter of the run.</summary>
/// <param name="Name">Its name, e.g. <c>epochs</c>.</param>
/// <param name="Value">Its value as text.</param>
public sealed record ReportParameter(string Name, string Value);

/// <summary>An input file.</summary>
/// <param name="Class">The class its events are of.</param>
/// <param name="Path">Where it was read from.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Events">Entries of its tree, when known.</param>
/// <param name="Digest">What identifies it, e.g. the source digest in hexadecimal.</param>
public sealed record ReportInput(string Class, string Path, long Bytes, long? Events, string Digest);

/// <summary>A step of the cut flow.</summary>
/// <param name="Name">The condition, e.g. <c>isolated lepton</c>.</param>
/// <param name="Events">Events that meet it and all before it, by class.</param>
public sealed record CutFlowStep(string Name, IReadOnlyList<long> Events);

/// <summary>Metrics of one class against the others.</summary>
/// <param name="Class">The class.</param>
/// <param name="Auc">Area under the ROC curve, 0 to 1.</param>
/// <param name="FprAtTpr99">False-positive rate where 99 % of the class is kept, 0 to 1.</param>
public sealed record ClassMetrics(string Class, Measurement Auc, Measurement FprAtTpr99)
{
    /// <summary>False-positive rate where 95 % of the class is kept, 0 to 1.</summary>
    public Measurement FprAtTpr95 { get; init; }

    /// <summary>False-positive rate where 90 % of the class is kept, 0 to 1.</summary>
    public Measurement FprAtTpr90 { get; init; }

    /// <summary>Expected calibration error, 0 to 1; null where unknown.</summary>
    public double? CalibrationError { get; init; }

    /// <summary>Picks those of one class.</summary>
    /// <param name="metrics">The metrics of all classes.</param>
    /// <param name="name">The class.</param>
    public static ClassMetrics Of(ClassificationMetrics metrics, string name) => new(
        name,
        new Measurement(metrics.Auc[name], metrics.AucError[name]),
        new Measurement(metrics.FprAtTpr99[name], metrics.FprAtTpr99Error[name]))
    {
        FprAtTpr95 = new Measurement(metrics.FprAtTpr95[name], metrics.FprAtTpr95Error[name]),
        FprAtTpr90 = new Measurement(metrics.FprAtTpr90[name], metrics.FprAtTpr90Error[name]),
        CalibrationError = metrics.CalibrationError[name],
    };
}

/// <summary>A ROC curve of one class against the others; both lists are of one length and rise.</summary>
/// <param name="Class">The class.</param>
/// <param name="FalsePositiveRate">From 0 to 1.</param>
/// <param name="TruePositiveRate">From 0 to 1.</param>
public sealed record ReportRocCurve(string Class, IReadOnlyList<double> FalsePositiveRate, IReadOnlyList<double> TruePositiveRate);

/// <summary>Mean cross-entropy after an epoch.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Train">Over the training events.</param>
/// <param name="Test">Over the test events; null when not computed.</param>
public sealed record EpochLoss(
    int Epoch, [property: JsonPropertyName("train_loss")] double Train, [property: JsonPropertyName("test_loss")] double? Test);

/// <summary>How long a step took.</summary>
/// <param name="Step">Its name.</param>
/// <param name="Seconds">Wall-clock time in s.</param>
/// <param name="EventsPerSecond">Its rate, when it works by events.</param>
public sealed record StepTiming(string Step, double Seconds, double? EventsPerSecond);
