using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Report;
using DaprHep.Learning.Tuning;

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
        EvaluationResult evaluation,
        TrainingHistory history,
        float[][][] features,
        Study? study)
    {
        PipelineRequest request = input.Request;
        return Encoding.UTF8.GetBytes(ReportPage.Render(new ReportData
        {
            Run = request.Run,
            Title = $"{request.Model} on {request.Physics} features",
            Created = input.Started,
            SoftwareVersion = $"DaprHep {SoftwareVersion.Current}",
            Classes = EventClasses.Names,
            Parameters = [.. ParametersOf(request), MemoryOf(input), .. PromotionOf(input), .. BadFilesOf(plan)],
            Inputs = InputsOf(plan),
            CutFlow = CutFlowOf(statistics),
            Loss = [.. RunDocuments.LossesOf(history)],
            Features = [.. statistics.Features.Select((name, k) => FeatureHistogram(name, features[k]))],
            Tuning = study is null ? null : TuningReport.Of(study),
            Timings = [.. input.Timings.Select(timing => new Learning.Report.StepTiming(timing.Step, timing.Seconds, timing.EventsPerSecond))],
        }.WithEvaluation(evaluation)));
    }

    private static ReportParameter[] ParametersOf(PipelineRequest request) =>
    [
        new("run", request.Run),
        new("model", request.Model),
        new("physics", request.Physics),
        new("epochs", Text(ModelTraining.EpochsOf(request.Model, request.Epochs))),
        new("batch", Text(request.Batch)),
        new("seed", Text(request.Seed)),
        .. request.Ranks > 1 ? [new ReportParameter("ranks", Text(request.Ranks))] : Array.Empty<ReportParameter>(),
        .. (request.Training?.Parameters ?? []).Select(parameter => ParameterOf(parameter.Key, parameter.Value)),
        .. request.Training is { Device: not TrainingRequest.Cpu and var device } ? [new ReportParameter("device", device)]
            : Array.Empty<ReportParameter>(),
        new("events of a class read", request.MaxEvents is { } most ? $"at most {Text(most)}" : "all"),
    ];

    /// <summary>A parameter as a record has it: words without quotes, lists in one line.</summary>
    public static ReportParameter ParameterOf(string name, JsonNode? value) =>
        new(name, value is JsonArray list ? list.ToJsonString() : value?.ToString() ?? "");

    private static ReportParameter MemoryOf(WriteReportInput input) =>
        new("memory of a process of the feature stage", string.Create(CultureInfo.InvariantCulture, $"{input.PeakMemory / 1e6:F0} MB at most"));

    private static ReportParameter[] PromotionOf(WriteReportInput input) =>
        input.Promotion is { } promotion ? [new("promotion", promotion.ToString())] : [];

    private static IEnumerable<ReportParameter> BadFilesOf(PartitionPlan plan) =>
        plan.Skipped.Select(file => new ReportParameter("bad file, left out", $"{file.Url}: {file.Error}"));

    /// <summary>The input files of a plan.</summary>
    public static ReportInput[] InputsOf(PartitionPlan plan) => [.. plan.Sources.Select(source => new ReportInput(
        EventClasses.Names[source.Label],
        source.Url,
        source.Bytes,
        source.Entries,
        source.Digest[..16]))];

    /// <summary>The cut flow, to the events drawn.</summary>
    public static List<CutFlowStep> CutFlowOf(FeatureStatistics statistics)
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

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
