using System.Globalization;
using DaprHep.Learning.Report.Charts;

namespace DaprHep.Learning.Report;

/// <summary>The page of a search for hyper-parameters, and the same as a section of a run's report.</summary>
public static class TuningPage
{
    private const int MostRows = 10;

    /// <summary>Renders the page.</summary>
    /// <param name="data">What it shows.</param>
    /// <param name="created">When the search ended.</param>
    /// <param name="softwareVersion">The software that made it, e.g. <c>DaprHep 0.1.0</c>.</param>
    public static string Render(TuningReport data, DateTimeOffset created, string softwareVersion)
    {
        ArgumentNullException.ThrowIfNull(data);
        var page = new HtmlPage(
            $"Hyper-parameters of {data.Model}", created, softwareVersion, $"searched by {data.Algorithm}",
            [
                ("Best AUC", Markup.Fixed(data.Best?.Auc, 4)), ("Trials", Markup.Count(data.Trials.Count)),
                ("Epochs", Markup.Count(data.EpochsSpent)),
                ("Training time", $"{Markup.Fixed(data.Trials.Sum(trial => trial.Seconds), 0)} s"),
            ]);
        Write(page, data);
        return page.Finish();
    }

    internal static void Write(HtmlPage page, TuningReport data)
    {
        page.Section("tuning", "Hyper-parameters");
        page.Html("<div class=\"pair\">\n");
        page.Figure(
            "Best so far", ChartStyle.Legend(BestSoFarChart.Names), BestSoFarChart.Draw("best-so-far", data.Results),
            "Mean AUC of training events that were held back; test events have no part in the choice.");
        page.Html($"<div>{Table(data)}</div>\n</div>\n<div class=\"wide\">\n");
        page.Figure(
            "Points of the search", "", ParallelCoordinatesChart.Draw("points", data),
            "A line for each trial with a result, the stronger the better its AUC among all; the best is drawn thick. "
            + "Results are spaced by rank.");
        page.Html("</div>\n");
    }

    private static string Table(TuningReport data)
    {
        var ranked = data.Trials.OrderByDescending(trial => trial.Auc ?? double.NegativeInfinity).ThenBy(trial => trial.Id).Take(MostRows);
        var table = new HtmlTable(
            data.Trials.Count > MostRows ? $"The best {MostRows} of {data.Trials.Count} trials" : "All trials",
            ["Trial", "#AUC", .. data.Axes.Select(axis => axis.Name), "#Epochs"], "trials");
        foreach (var trial in ranked)
        {
            table.Row(trial.Id.ToString(CultureInfo.InvariantCulture)).Number(Markup.Fixed(trial.Auc, 4));
            foreach (var value in trial.Values)
                table.Text(value);
            table.Number(Markup.Count(trial.Epochs)).End();
        }

        var failed = data.Trials.Where(trial => trial.Failure is not null).ToArray();
        return table.Finish() + (failed.Length == 0 ? "" : "<p class=\"meta\">" + Markup.Escape(
            $"{Markup.Count(failed.Length)} failed; the first, trial {failed[0].Id}: {failed[0].Failure}") + "</p>");
    }
}
