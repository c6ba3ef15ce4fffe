using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Report;
using DaprHep.Trainer;
using Spectre.Console;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep evaluate</c>: a saved model on the test events of a dataset.</summary>
internal static class EvaluateCommand
{
    private const int FeaturesShown = 5;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    public static Command Create()
    {
        var model = new Argument<string>("MODEL")
        {
            Description = "Folder, or prefix in a store, with model.json and model.safetensors; OUT/model of a run.",
        };
        var dataset = new Argument<string>("DATASET")
        {
            Description = "Test shards: STORE/statistics/HASH.json, or the folder of a run, whose run.json names them.",
        };
        var output = new Option<string?>("--out") { Description = "Folder for report.html, metrics.json, curves.json and run.json.", HelpName = "OUT" };
        Option<long?> seed = NumberOption.Optional("--seed", "Seed of resamples and permutations; default the model's own.", 0L);
        var json = new Option<bool>("--json") { Description = "Print metrics.json instead of a table." };
        var command = new Command("evaluate", "Judge a saved model by the test events of a dataset.") { model, dataset, output, seed, json };
        command.SetAction((parsed, cancellation) => Failure.Guard(async () =>
        {
            OutputFolder? folder = parsed.GetValue(output) is { } path ? OutputFolder.Prepare(path) : null;
            try
            {
                DatasetLocation location = await DatasetLocation.FindAsync(parsed.GetValue(dataset)!, cancellation);
                StandaloneEvaluation evaluation = await StandaloneEvaluation.RunAsync(
                    parsed.GetValue(model)!, location, parsed.GetValue(seed), cancellation);
                if (folder is not null)
                    await WriteAsync(folder, evaluation, cancellation);
                if (parsed.GetValue(json))
                    Console.Out.WriteLine(evaluation.Metrics.ToJsonString());
                else
                    AnsiConsole.Write(ToTable(evaluation.Result, folder));
            }
            catch (Exception e) when (Failure.IsBadInput(e))
            {
                folder?.Abandon();
                throw;
            }
        }));
        return command;
    }

    /// <summary>Writes the files of an evaluation.</summary>
    public static async Task WriteAsync(OutputFolder folder, StandaloneEvaluation evaluation, CancellationToken cancellation)
    {
        await folder.WriteAsync(EvaluationDocuments.MetricsName, Bytes(evaluation.Metrics), cancellation);
        await folder.WriteAsync(EvaluationDocuments.CurvesName, evaluation.Curves, cancellation);
        await folder.WriteAsync("report.html", evaluation.Report, cancellation);
        await folder.WriteAsync("run.json", Bytes(evaluation.Record), cancellation);

        static byte[] Bytes(JsonObject document) => JsonSerializer.SerializeToUtf8Bytes(document, Indented);
    }

    /// <summary>What an evaluation says on standard output.</summary>
    public static Rows ToTable(EvaluationResult result, OutputFolder? folder)
    {
        ClassificationMetrics metrics = result.Metrics;
        Table figures = new Table().Border(TableBorder.Rounded).AddColumn("");
        foreach (string name in EventClasses.Names)
            figures.AddColumn(Right(name));
        AddRow("AUC", metrics.Auc, metrics.AucError);
        AddRow("FPR at 99 % TPR", metrics.FprAtTpr99, metrics.FprAtTpr99Error);
        AddRow("FPR at 95 % TPR", metrics.FprAtTpr95, metrics.FprAtTpr95Error);
        AddRow("FPR at 90 % TPR", metrics.FprAtTpr90, metrics.FprAtTpr90Error);
        AddRow("calibration error", metrics.CalibrationError, null);
        Table features = new Table().Border(TableBorder.Rounded).AddColumn("feature").AddColumn(Right("AUC falls by")).AddColumn(Right("accuracy by"));
        foreach (FeatureImportance feature in result.Importance!.Features.OrderByDescending(feature => feature.AucDrop).Take(FeaturesShown))
        {
            features.AddRow(
                feature.Feature,
                WithError(feature.AucDrop, feature.AucDropError),
                WithError(feature.AccuracyDrop, feature.AccuracyDropError));
        }
        return new Rows(
        [
            figures,
            features,
            new Text($"accuracy {WithError(metrics.Accuracy, metrics.AccuracyError)}   {metrics.TestEvents} test events"),
            .. folder is null ? [] : new[] { new Text($"report   {Path.Combine(folder.FullPath, "report.html")}") },
        ]);

        void AddRow(string name, IReadOnlyDictionary<string, double?> values, IReadOnlyDictionary<string, double?>? errors) =>
            figures.AddRow([name, .. EventClasses.Names.Select(label => WithError(values[label], errors?[label]))]);
    }

    private static TableColumn Right(string header) => new TableColumn(header).RightAligned();

    private static string Number(double? value) => value?.ToString("F4", CultureInfo.InvariantCulture) ?? "–";

    private static string WithError(double? value, double? error) => error is null ? Number(value) : $"{Number(value)} ± {Number(error)}";
}
