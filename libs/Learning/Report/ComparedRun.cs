using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Evaluation;

namespace DaprHep.Learning.Report;

/// <summary>A finished run as a comparison sees it: what its three documents say.</summary>
/// <param name="Name">What to call it; unique among those compared.</param>
/// <param name="Metrics">Its figures.</param>
/// <param name="TestSet">Which events it was tested on; null where that is not known.</param>
/// <param name="Curves">Its curves.</param>
/// <param name="Parameters">Its parameters, in the order of its record.</param>
/// <param name="Inputs">Its input files: class, use, digest and entries read, sorted.</param>
public sealed record ComparedRun(
    string Name,
    ClassificationMetrics Metrics,
    string? TestSet,
    RunCurves Curves,
    IReadOnlyList<ReportParameter> Parameters,
    IReadOnlyList<string> Inputs)
{
    /// <summary>Reads a run.</summary>
    /// <param name="name">What to call it.</param>
    /// <param name="metrics"><c>metrics.json</c>.</param>
    /// <param name="curves"><c>curves.json</c>.</param>
    /// <param name="record"><c>run.json</c>.</param>
    /// <exception cref="RunDocumentException">One of them is malformed.</exception>
    public static ComparedRun Read(string name, ReadOnlySpan<byte> metrics, ReadOnlySpan<byte> curves, ReadOnlyMemory<byte> record)
    {
        var figures = Parse(name, EvaluationDocuments.MetricsName, metrics, LearningJson.Default.ClassificationMetrics);
        var lines = Parse(name, EvaluationDocuments.CurvesName, curves, CurvesJson.Default.RunCurves);
        var testSet = Parse(name, EvaluationDocuments.MetricsName, metrics, CurvesJson.Default.TestSetOfMetrics).TestSet;
        try
        {
            using var json = JsonDocument.Parse(record);
            return new ComparedRun(
                name, figures, testSet, lines,
                [.. json.RootElement.GetProperty("parameters").EnumerateObject()
                    .Where(parameter => parameter.Value.ValueKind != JsonValueKind.Null)
                    .Select(parameter => new ReportParameter(parameter.Name, parameter.Value.ToString()))],
                [.. json.RootElement.GetProperty("inputs").EnumerateArray().Select(InputOf).Order(StringComparer.Ordinal)]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new RunDocumentException($"run {name}: run.json is not a run's record with $.parameters and $.inputs ({e.Message})", e);
        }
    }

    // Where a file lies is no difference; what is in it and what was read of it is.
    private static string InputOf(JsonElement input) =>
        $"{input.GetProperty("class").GetString()} {input.GetProperty("use").GetString()} "
        + $"{input.GetProperty("digest").GetString()} {input.GetProperty("entries_read").GetInt64()}";

    private static T Parse<T>(string run, string document, ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new RunDocumentException($"run {run}: {document} is null");
        }
        catch (JsonException e)
        {
            throw new RunDocumentException($"run {run}: {document} is malformed at {e.Path ?? "its beginning"}: {e.Message}", e);
        }
    }
}

/// <summary>The one field of <c>metrics.json</c> that is no metric and is needed here.</summary>
/// <param name="TestSet">Which events the model was tested on.</param>
internal sealed record TestSetOfMetrics(string? TestSet = null);
