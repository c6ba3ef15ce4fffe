using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DaprHep.Data.Events;
using DaprHep.Hosting.Contracts;
using Spectre.Console;

namespace DaprHep.Cli.Commands;

/// <summary>What a finished run says on standard output: from the files in OUT, so that what is printed is what was written.</summary>
internal sealed class RunSummary
{
    private readonly JsonNode _metrics;
    private readonly JsonNode _record;
    private readonly string _folder;
    private readonly IReadOnlyList<StepTiming> _steps;
    private readonly TimeSpan _elapsed;

    private RunSummary(JsonNode metrics, JsonNode record, string folder, IReadOnlyList<StepTiming> steps, TimeSpan elapsed)
    {
        _metrics = metrics;
        _record = record;
        _folder = folder;
        _steps = steps;
        _elapsed = elapsed;
    }

    /// <param name="folder">OUT.</param>
    /// <param name="steps">What each step took; the files can't know it of the report, which they are.</param>
    /// <param name="elapsed">What the command took.</param>
    public static RunSummary Read(string folder, IReadOnlyList<StepTiming> steps, TimeSpan elapsed) =>
        new(Read(folder, "metrics.json"), Read(folder, "run.json"), folder, steps, elapsed);

    public JsonObject ToJson() => new()
    {
        ["out"] = _folder,
        ["report"] = Path.Combine(_folder, "report.html"),
        ["wall_seconds"] = Math.Round(_elapsed.TotalSeconds, 3),
        ["steps"] = JsonSerializer.SerializeToNode(_steps, JsonSerializerOptions.Web),
        ["metrics"] = _metrics.DeepClone(),
        ["run"] = _record.DeepClone(),
    };

    public Rows ToTable()
    {
        Table classes = new Table().Border(TableBorder.Rounded)
            .AddColumn("class").AddColumn(Right("AUC")).AddColumn(Right("FPR at 99 % TPR"))
            .AddColumn(Right("read")).AddColumn(Right("selected")).AddColumn(Right("train")).AddColumn(Right("test"));
        foreach (string name in EventClasses.Names)
        {
            classes.AddRow(
                name,
                WithError(_metrics["auc"]?[name], _metrics["auc_error"]?[name]),
                WithError(_metrics["fpr_at_tpr_99"]?[name], _metrics["fpr_at_tpr_99_error"]?[name]),
                Count("read", name), Count("selected", name), Count("train", name), Count("test", name));
        }
        Table steps = new Table().Border(TableBorder.Rounded).AddColumn("step").AddColumn(Right("seconds")).AddColumn(Right("events/s"));
        foreach (StepTiming step in _steps)
            steps.AddRow(step.Step, Figure.Of(step.Seconds, "F2"), Figure.Of(step.EventsPerSecond, "N0"));
        return new Rows(
        [
            classes,
            steps,
            .. _record["promotion"] is { } promotion ? [new Text($"serving  {PromotionOf(promotion)}")] : System.Array.Empty<Text>(),
            new Text(string.Create(CultureInfo.InvariantCulture, $"memory   {_metrics["peak_memory"]!.GetValue<long>() / 1e6:F0} MB at most, until shards were built")),
            new Text($"accuracy {WithError(_metrics["accuracy"], _metrics["accuracy_error"])}   {_elapsed.TotalSeconds:F1} s in all"),
            new Text($"report   {Path.Combine(_folder, "report.html")}"),
        ]);
    }

    private static string PromotionOf(JsonNode promotion) => new PromotionResult(
        promotion["name"]!.GetValue<string>(), promotion["version"]!.GetValue<string>(), promotion["served"]!.GetValue<bool>(),
        promotion["against"]?.GetValue<string>(), [.. promotion["reasons"]!.AsArray().Select(reason => reason!.GetValue<string>())], Gate: "").ToString();

    private static JsonNode Read(string folder, string name) => JsonNode.Parse(File.ReadAllBytes(Path.Combine(folder, name)))!;

    private static TableColumn Right(string header) => new TableColumn(header).RightAligned();

    private string Count(string what, string name) => Figure.Of(_metrics["events"]?[what]?[name], "N0");

    private static string WithError(JsonNode? value, JsonNode? error) =>
        value is null ? "–" : error is null ? Figure.Of(value, "F4") : $"{Figure.Of(value, "F4")} ± {Figure.Of(error, "F4")}";
}
