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
        RocCurves(page, comparison, names);
        Training(page, comparison, names);
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

    private static void RocCurves(HtmlPage page, RunComparison comparison, string[] names)
    {
        page.Section("roc", "ROC curves");
        page.Html(ChartStyle.Legend(names)).Html("<div class=\"grid3\">\n");
        for (var c = 0; c < RunComparison.Classes.Count; c++)
        {
            var name = RunComparison.Classes[c];
            ReportRocCurve[] curves = [.. comparison.Runs.Select(run =>
                run.Curves.Roc.FirstOrDefault(curve => curve.Class == name) is { } found
                    ? found with { Class = run.Name }
                    : new ReportRocCurve(run.Name, [], []))];
            page.Figure($"{name} against the others", "", RocChart.Draw($"roc{c}", curves, $"{name} against the others, by run"), "");
        }

        page.Html("</div>\n<p class=\"meta\">Lower is better. Dotted: a classifier that guesses, and the point where 99 % of the class is kept.</p>\n");
    }

    private static void Training(HtmlPage page, RunComparison comparison, string[] names)
    {
        if (comparison.Runs.All(run => run.Curves.Training.Count == 0))
            return;
        page.Section("training", "Training");
        page.Html(ChartStyle.Legend(names)).Html("<div class=\"pair\">\n");
        Draw("Training loss by epoch", "training-loss", loss => loss.Train);
        Draw("Test loss by epoch", "test-loss", loss => loss.Test);
        page.Html("</div>\n");

        void Draw(string title, string id, Func<EpochLoss, double?> value) => page.Figure(title, "", LossChart.Draw(
            id, title, names, [.. comparison.Runs.Select(run => run.Curves.Training.Select(loss => (loss.Epoch, value(loss))).ToArray())]), "");
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
