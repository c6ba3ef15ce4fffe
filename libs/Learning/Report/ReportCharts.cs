using DaprHep.Learning.Report.Charts;

namespace DaprHep.Learning.Report;

/// <summary>A chart of the report, for another page.</summary>
/// <param name="Group">What it belongs to, for instance <c>roc</c>.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Names">What its lines are called, in the order of the classes <c>line0</c>, <c>line1</c> …; empty for none.</param>
/// <param name="Wide">Whether it needs the whole width.</param>
/// <param name="Svg">The drawing: an <c>svg</c> element whose text is escaped.</param>
public sealed record ReportChart(string Group, string Title, IReadOnlyList<string> Names, bool Wide, string Svg);

/// <summary>What other pages share with the report: the style of its charts, and the charts themselves.</summary>
public static class ReportCharts
{
    /// <summary>
    /// CSS of colours, light and dark, and of charts (class <c>chart</c>): lines <c>line0</c> to <c>line11</c>, areas <c>fill0</c> to
    /// <c>fill11</c>.
    /// </summary>
    public static string Css { get; } = ChartStyle.WithSeries();

    /// <summary>ROC curves by class and losses by epoch, a line a run.</summary>
    public static IReadOnlyList<ReportChart> Of(RunComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        string[] names = [.. comparison.Runs.Select(run => run.Name)];
        List<ReportChart> charts = [];
        for (var c = 0; c < RunComparison.Classes.Count; c++)
        {
            var name = RunComparison.Classes[c];
            ReportRocCurve[] curves = [.. comparison.Runs.Select(run =>
                run.Curves.Roc.FirstOrDefault(curve => curve.Class == name) is { } found
                    ? found with { Class = run.Name }
                    : new ReportRocCurve(run.Name, [], []))];
            var title = $"{name} against the others";
            charts.Add(new ReportChart("roc", title, names, Wide: false, RocChart.Draw($"roc{c}", curves, $"{title}, by run")));
        }

        if (comparison.Runs.Any(run => run.Curves.Training.Count > 0))
        {
            Loss("Training loss by epoch", "training-loss", loss => loss.Train);
            Loss("Test loss by epoch", "test-loss", loss => loss.Test);
        }

        return charts;

        void Loss(string title, string id, Func<EpochLoss, double?> value) => charts.Add(new ReportChart(
            "training", title, names, Wide: false,
            LossChart.Draw(id, title, names, [.. comparison.Runs.Select(run => run.Curves.Training.Select(loss => (loss.Epoch, value(loss))).ToArray())])));
    }

    /// <summary>The best result so far, and the points of a search as parallel coordinates.</summary>
    public static IReadOnlyList<ReportChart> Of(TuningReport tuning, string run)
    {
        ArgumentNullException.ThrowIfNull(tuning);
        return
        [
            new("tuning", $"{run}: best so far", BestSoFarChart.Names, Wide: false, BestSoFarChart.Draw($"best-{run}", tuning.Results)),
            new("tuning", $"{run}: points of the search", [], Wide: true, ParallelCoordinatesChart.Draw($"points-{run}", tuning)),
        ];
    }
}
