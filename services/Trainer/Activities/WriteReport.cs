using System.Text.Json;
using System.Text.Json.Nodes;
using Dapr.Workflow;
using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.News;
using DaprHep.Learning.Tuning;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Report;

namespace DaprHep.Trainer.Activities;

/// <summary>Writes what a person looks at after a run: <c>metrics.json</c>, <c>curves.json</c>, <c>report.html</c> and, last, <c>run.json</c>.</summary>
public sealed class WriteReport(WorkStopping stopping) : WorkflowActivity<WriteReportInput, WriteReportOutput>
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <inheritdoc/>
    public override async Task<WriteReportOutput> RunAsync(WorkflowActivityContext context, WriteReportInput input)
    {
        CancellationToken cancellation = stopping.Token;
        ObjectStore store = WorkStore.Open(input.Request.Store);
        FeatureStatistics statistics = await store.ReadJsonAsync(input.Statistics, StatisticsJson.Default.FeatureStatistics, cancellation);
        PartitionPlan plan = await PlanObjects.ReadAsync(store, input.Plan, cancellation);
        EvaluationResult evaluation = await store.ReadJsonAsync(input.Evaluation, TrainerJson.Default.EvaluationResult, cancellation);
        TrainingHistory history = await ModelObjects.ReadHistoryAsync(store, input.Model, cancellation);

        string prefix = $"runs/{input.Request.Run}";
        await WriteAsync(EvaluationDocuments.MetricsName, Bytes(RunDocuments.Metrics(input, statistics, evaluation)));
        await WriteAsync(EvaluationDocuments.CurvesName, RunDocuments.Curves(evaluation, history));
        float[][][] features = await FeatureSample.ReadAsync(store, plan, cancellation);
        Study? study = null;
        if (input.Study is { } key)
        {
            using ObjectContent trials = await store.ReadAsync(key, cancellation);
            study = Study.Read(trials.Memory.Span, key);
            await store.WriteAsync($"{prefix}/trials.json", trials.Memory, cancellation);
        }
        await WriteAsync("report.html", RunReport.Write(input, plan, statistics, evaluation, history, features, study));
        await WriteAsync(RunStart.RecordName, Bytes(RunDocuments.Record(input, plan, statistics)));
        return new WriteReportOutput(prefix, [.. plan.Skipped.Select(file => new BadFile(file.Url, file.Error))]);

        Task WriteAsync(string name, byte[] content) => store.WriteAsync($"{prefix}/{name}", content, cancellation);
    }

    private static byte[] Bytes(JsonObject document) => JsonSerializer.SerializeToUtf8Bytes(document, Indented);
}
