using DaprHep.Data.Objects;
using DaprHep.Hosting.Contracts;
using DaprHep.Learning.Report;
using DaprHep.Learning.Tuning;

namespace DaprHep.Gateway.Dashboard;

/// <summary>A figure of a comparison.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Cells">Its value in each run, in the order of the runs.</param>
internal sealed record ComparedFigure(string Name, IReadOnlyList<ComparedCell> Cells);

/// <summary>A value of a comparison.</summary>
/// <param name="Value">The value; null where it is not known.</param>
/// <param name="Error">Its standard error.</param>
/// <param name="Text">Both, as people read them.</param>
/// <param name="Best">Whether it is the best of those that compare.</param>
internal sealed record ComparedCell(double? Value, double? Error, string Text, bool Best);

/// <summary>A parameter of a comparison.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Values">Its value in each run; null where a run has none.</param>
/// <param name="Differs">Whether the runs differ in it.</param>
internal sealed record ComparedParameter(string Name, IReadOnlyList<string?> Values, bool Differs);

/// <summary>The answer of <c>GET /compare</c>.</summary>
/// <param name="Runs">The runs.</param>
/// <param name="TestSets">The letter of each run's test set; figures compare where it is equal.</param>
/// <param name="SameTestSet">Whether all were tested on the same events.</param>
/// <param name="SameInputs">Whether all read the same events.</param>
/// <param name="Figures">The figures.</param>
/// <param name="Parameters">The parameters, differences first.</param>
/// <param name="Charts">The report's charts of the comparison, and those of each run's search for hyper-parameters.</param>
internal sealed record ComparisonDocument(
    IReadOnlyList<string> Runs, IReadOnlyList<string> TestSets, bool SameTestSet, bool SameInputs, IReadOnlyList<ComparedFigure> Figures,
    IReadOnlyList<ComparedParameter> Parameters, IReadOnlyList<ReportChart> Charts);

/// <summary><c>GET /compare?run=A&amp;run=B</c>: completed runs side by side.</summary>
internal static class CompareEndpoint
{
    private const int MostRuns = 24;

    public static void MapCompare(this WebApplication app) => app.MapGuarded("/compare", "runs").MapGet("", CompareAsync)
        .WithSummary($"Completed runs side by side, at most {MostRuns}: figures with errors, parameters, charts as SVG.")
        .Produces<ComparisonDocument>().ProducesValidationProblem().ProducesProblem(404).ProducesProblem(409);

    private static async Task<IResult> CompareAsync(string[] run, Runs runs, CancellationToken aborted)
    {
        string[] names = [.. run.Distinct()];
        if (names.Length is 0 or > MostRuns)
        {
            return Results.ValidationProblem(new Dictionary<string, string[]>
            {
                ["run"] = [$"expected 1 to {MostRuns} names of runs, found {names.Length}"],
            });
        }
        var compared = new List<ComparedRun>();
        var charts = new List<ReportChart>();
        foreach (string name in names)
        {
            if (await runs.FindAsync(name, aborted) is not { } state)
                return GatewayRoutes.UnknownRun(name);
            if (state.Result is not { } result)
                return GatewayRoutes.Conflict($"run {name} is {state.Status}; completed runs compare");
            ObjectStore store = ObjectStore.Open((await runs.RequestOfAsync(name, aborted))!.Store);
            try
            {
                using ObjectContent metrics = await ReadAsync(store, result, "metrics.json", aborted);
                using ObjectContent curves = await ReadAsync(store, result, "curves.json", aborted);
                using ObjectContent record = await ReadAsync(store, result, "run.json", aborted);
                compared.Add(ComparedRun.Read(name, metrics.Memory.Span, curves.Memory.Span, record.Memory));
                string trials = $"{result.Report}/trials.json";
                if (!await store.ExistsAsync(trials, aborted))
                    continue;
                using ObjectContent study = await store.ReadAsync(trials, aborted);
                charts.AddRange(ReportCharts.Of(TuningReport.Of(Study.Read(study.Memory.Span, trials)), name));
            }
            catch (RunDocumentException e)
            {
                return Results.Problem(statusCode: StatusCodes.Status502BadGateway, title: "A run's document is malformed.", detail: e.Message);
            }
        }
        return Results.Ok(ToDocument(new RunComparison(compared), charts));
    }

    private static Task<ObjectContent> ReadAsync(ObjectStore store, PipelineResult result, string name, CancellationToken aborted) =>
        store.ReadAsync($"{result.Report}/{name}", aborted);

    private static ComparisonDocument ToDocument(RunComparison comparison, List<ReportChart> tuning)
    {
        var differences = comparison.Differences.Select(parameter => parameter.Name).ToHashSet();
        return new ComparisonDocument(
            [.. comparison.Runs.Select(run => run.Name)],
            [.. comparison.Runs.Select(comparison.TestSetName)],
            comparison.IsOfOneTestSet,
            comparison.IsOfSameInputs,
            [.. RunComparison.Figures.Select(figure => new ComparedFigure(figure.Name, [.. comparison.Runs.Select(run =>
            {
                Measurement measured = figure.Of(run);
                bool best = comparison.Runs.Count > 1 && comparison.IsBest(run, figure.Of, figure.MoreIsBetter);
                return new ComparedCell(Known(measured.Value), Known(measured.Error), measured.ToString(), best);
            })]))],
            [.. comparison.Parameters.Select(parameter => new ComparedParameter(
                parameter.Name, parameter.Values, differences.Contains(parameter.Name))).OrderBy(parameter => !parameter.Differs)],
            [.. ReportCharts.Of(comparison), .. tuning]);
    }

    private static double? Known(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
