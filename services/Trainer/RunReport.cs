using System.Globalization;
using System.Text;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Report;

namespace DaprHep.Trainer;

/// <summary>Fills the report with a run's results.</summary>
internal static class RunReport
{
    private static readonly Dictionary<string, string> Units = new()
    {
        ["HT"] = "GeV", ["MET"] = "GeV", ["PhiMET"] = "rad", ["MT"] = "GeV", ["LepPt"] = "GeV", ["LepPhi"] = "rad",
    };

    /// <summary>The page as UTF-8.</summary>
    public static byte[] Write(
        WriteReportInput input,
        PartitionPlan plan,
        FeatureStatistics statistics,
        EvaluationRecord evaluation,
        TrainingHistory history,
        float[][][] features)
    {
        PipelineRequest request = input.Request;
        ClassificationMetrics metrics = evaluation.Metrics;
        return Encoding.UTF8.GetBytes(ReportPage.Render(new ReportData
        {
            Title = $"{request.Model} on {request.Physics} features",
            Created = input.Started,
            SoftwareVersion = $"DaprHep {SoftwareVersion.Current}",
            Classes = EventClasses.Names,
            Parameters = ParametersOf(request),
            Inputs = InputsOf(plan),
            CutFlow = CutFlowOf(statistics),
            TestEvents = metrics.TestEvents,
            Accuracy = new Measurement(metrics.Accuracy, metrics.AccuracyError),
            Metrics = [.. EventClasses.Names.Select(name => new ClassMetrics(
                name,
                new Measurement(metrics.Auc[name], metrics.AucError[name]),
                new Measurement(metrics.FprAtTpr99[name], metrics.FprAtTpr99Error[name])))],
            RocCurves = [.. evaluation.RocCurves.Select(curve => new ReportRocCurve(curve.Class, curve.FalsePositiveRate, curve.TruePositiveRate))],
            Confusion = [.. metrics.Confusion.Select(row => row.Select(count => (long)count).ToArray())],
            Scores = [.. evaluation.Scores.Select(ScoreHistogram)],
            Loss = [.. history.Epochs.Select(epoch => new EpochLoss(epoch.Epoch, epoch.TrainLoss, epoch.TestLoss))],
            Features = [.. statistics.Features.Select((name, k) => FeatureHistogram(name, features[k]))],
            Timings = [.. input.Timings.Select(timing => new Learning.Report.StepTiming(timing.Step, timing.Seconds, timing.EventsPerSecond))],
        }));
    }

    private static ReportParameter[] ParametersOf(PipelineRequest request) =>
    [
        new("run", request.Run),
        new("model", request.Model),
        new("physics", request.Physics),
        new("epochs", Text(request.Epochs)),
        new("batch", Text(request.Batch)),
        new("seed", Text(request.Seed)),
        new("events of a class read", request.MaxEvents is { } most ? $"at most {Text(most)}" : "all"),
    ];

    private static ReportInput[] InputsOf(PartitionPlan plan) => [.. plan.Sources.Select((source, index) => new ReportInput(
        EventClasses.Names[plan.Partitions.First(partition => partition.Source == index).Label],
        source.Url,
        source.Bytes,
        source.Entries,
        source.Digest[..16]))];

    private static List<CutFlowStep> CutFlowOf(FeatureStatistics statistics)
    {
        IReadOnlyList<ClassCounts> classes = statistics.Classes;
        List<CutFlowStep> steps = [.. classes[0].CutFlow.Select((step, k) => new CutFlowStep(step.Name, [.. classes.Select(c => c.CutFlow[k].Count)]))];
        steps.Add(new CutFlowStep("drawn, classes made equal", [.. classes.Select(c => c.Train + c.Test)]));
        steps.Add(new CutFlowStep("for training", [.. classes.Select(c => c.Train)]));
        steps.Add(new CutFlowStep("for testing", [.. classes.Select(c => c.Test)]));
        return steps;
    }

    // Isolations fall by orders of magnitude; on a linear axis only the first bin would show.
    private static Histogram FeatureHistogram(string name, float[][] valuesByClass) => Histogram.Of(
        name, Units.GetValueOrDefault(name, ""), valuesByClass, logCounts: name.StartsWith("LepIso", StringComparison.Ordinal));

    private static Histogram ScoreHistogram(ScoreDistribution score)
    {
        int bins = score.Counts[0].Length;
        return new Histogram(
            $"score of {score.Class}",
            "",
            [.. Enumerable.Range(0, bins + 1).Select(edge => (double)edge / bins)],
            [.. score.Counts.Select(counts => counts.Select(count => (double)count).ToArray())],
            LogCounts: true);
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
