using DaprHep.Learning.Report.Charts;

namespace DaprHep.Learning.Report;

/// <summary>A comparison of runs as one HTML page (<see cref="HtmlPage"/>). The same data make the same page, byte for byte.</summary>
public static class ComparePage
{
    /// <summary>Renders the page.</summary>
    /// <param name="comparison">The runs.</param>
    /// <param name="created">When the comparison was made.</param>
    /// <param name="softwareVersion">The software that made it.</param>
    public static string Render(RunComparison comparison, DateTimeOffset created, string softwareVersion)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        string[] names = [.. comparison.Runs.Select(run => run.Name)];
        var page = new HtmlPage(
            "Comparison of runs", created, softwareVersion, $"classes: {string.Join(", ", RunComparison.Classes)}",
            comparison.Runs.Select(run => (run.Name, Markup.Of(new Measurement(run.Metrics.Accuracy, run.Metrics.AccuracyError)))));
        TestSets(page, comparison);
        page.Section("figures", "Figures");
        page.Html(FigureTable(comparison));
        Charts(page, comparison, names);
        page.Section("differences", "Parameters and inputs");
        page.Html(ParameterTable(comparison));
        page.Html($"<p>{Markup.Escape(comparison.IsOfSameInputs ? "All runs read the same events." : "The runs read different events.")}</p>\n");
        return page.Finish();
    }

    private static void TestSets(HtmlPage page, RunComparison comparison)
    {
        if (comparison.IsOfOneTestSet)
        {
            page.Html("<p>All runs were tested on the same events. The best value of each figure is coloured; compare the differences with "
                + "the errors.</p>\n");
            return;
        }

        page.Html("<p class=\"warning\"><strong>These runs were tested on different events.</strong> Their figures, and the curves below, "
            + "compare only between runs whose test set has the same letter.</p>\n");
    }

    private static string FigureTable(RunComparison comparison)
    {
        var table = new HtmlTable(
            "Errors are standard errors. AUC and FPR: each class against the others. Figures of the same test events are not independent.",
            ["Figure", .. comparison.Runs.Select(run => "#" + run.Name)], "compared");
        table.Row("test set");
        foreach (var run in comparison.Runs)
            table.Number(comparison.TestSetName(run), $"{Markup.Count(run.Metrics.TestEvents)} events");
        table.End();
        foreach (var (name, of, moreIsBetter) in RunComparison.Figures)
        {
            table.Row(name);
            foreach (var run in comparison.Runs)
                table.Number(Markup.Of(of(run)), heat: comparison.IsBest(run, of, moreIsBetter) ? 0.5 : 0);
            table.End();
        }

        return table.Finish();
    }

    private static void Charts(HtmlPage page, RunComparison comparison, string[] names)
    {
        var charts = ReportCharts.Of(comparison);
        page.Section("roc", "ROC curves");
        page.Html(ChartStyle.Legend(names)).Html("<div class=\"grid3\">\n");
        Draw("roc");
        page.Html("</div>\n<p class=\"meta\">Lower is better. Dotted: a classifier that guesses, and the point where 99 % of the class is kept.</p>\n");
        if (charts.All(chart => chart.Group != "training"))
            return;
        page.Section("training", "Training");
        page.Html(ChartStyle.Legend(names)).Html("<div class=\"pair\">\n");
        Draw("training");
        page.Html("</div>\n");

        void Draw(string group)
        {
            foreach (var chart in charts.Where(chart => chart.Group == group))
                page.Figure(chart.Title, "", chart.Svg, "");
        }
    }

    private static string ParameterTable(RunComparison comparison)
    {
        var table = new HtmlTable(
            "Differences come first and are coloured.", ["Parameter", .. comparison.Runs.Select(run => run.Name)], "parameters");
        var differences = comparison.Differences.Select(parameter => parameter.Name).ToHashSet();
        foreach (var (name, values) in comparison.Parameters.OrderBy(parameter => !differences.Contains(parameter.Name)))
        {
            table.Row(name);
            foreach (var value in values)
                table.Text(value ?? Markup.Unknown, differences.Contains(name) ? "differs" : "");
            table.End();
        }

        return table.Finish();
    }
}
