using DaprHep.Learning.Report.Charts;

namespace DaprHep.Learning.Report;

/// <summary>How well the classifier does: curves, metrics, confusion, calibration, and what each feature is worth to it.</summary>
internal static class PerformanceSection
{
    public static void Write(HtmlPage page, ReportData data)
    {
        if (data.Metrics.Count == 0 && data.RocCurves.Count == 0 && data.Confusion.Count == 0)
            return;
        page.Section("performance", "Classification");
        page.Html("<div class=\"pair\">\n");
        if (data.RocCurves.Count > 0)
        {
            var names = data.RocCurves.Select(curve => data.Metrics.FirstOrDefault(metrics => metrics.Class == curve.Class) is { } found
                ? $"{curve.Class} (AUC {Markup.Of(found.Auc)})"
                : curve.Class).ToArray();
            page.Figure(
                "ROC curve of each class against the others", ChartStyle.Legend(names), RocChart.Draw("roc", data.RocCurves),
                "Lower is better. Dotted: a classifier that guesses, and the point where 99 % of the class is kept.");
        }

        page.Html("<div>\n");
        if (data.Metrics.Count > 0)
            page.Html("<h3>Metrics of each class against the others</h3>\n").Html(MetricsTable(data)).Html("\n");
        if (data.Confusion.Count > 0)
            page.Html("<h3>Confusion matrix</h3>\n").Html(ConfusionTable(data)).Html("\n");
        page.Html("</div>\n</div>\n");
        CalibrationAndImportance(page, data);
    }

    private static string MetricsTable(ReportData data)
    {
        var table = new HtmlTable(
            "Errors are standard errors. FPR: part of the other classes that passes where so much of the class is kept.",
            ["Figure", .. data.Metrics.Select(metrics => "#" + metrics.Class)]);
        Row("AUC", metrics => Markup.Of(metrics.Auc));
        Row("FPR at TPR = 99 %", metrics => Markup.Of(metrics.FprAtTpr99));
        Row("FPR at TPR = 95 %", metrics => Markup.Of(metrics.FprAtTpr95));
        Row("FPR at TPR = 90 %", metrics => Markup.Of(metrics.FprAtTpr90));
        Row("expected calibration error", metrics => Markup.Fixed(metrics.CalibrationError, 4));
        return table.Finish();

        void Row(string name, Func<ClassMetrics, string> figure)
        {
            table.Row(name);
            foreach (var metrics in data.Metrics)
                table.Number(figure(metrics));
            table.End();
        }
    }

    private static string ConfusionTable(ReportData data)
    {
        var table = new HtmlTable(
            "Test events; rows are the true class, columns the predicted one. Percentages are of the row.",
            ["True \\ predicted", .. data.Classes.Select(name => "#" + name)], "confusion");
        for (var row = 0; row < Math.Min(data.Classes.Count, data.Confusion.Count); row++)
        {
            table.Row(data.Classes[row]);
            var events = data.Confusion[row];
            double sum = events.Sum();
            foreach (var count in events)
                table.Number(Markup.Count(count), Markup.Percent(count, sum), sum > 0 ? count / sum : 0);
            table.End();
        }

        return table.Finish();
    }

    private static void CalibrationAndImportance(HtmlPage page, ReportData data)
    {
        if (data.Calibration.Count == 0 && data.Importance is null)
            return;
        page.Html("<div class=\"pair more\">\n");
        if (data.Calibration.Count > 0)
        {
            page.Figure(
                "Calibration", ChartStyle.Legend([.. data.Calibration.Select(curve => curve.Class)]),
                CalibrationChart.Draw("calibration", data.Calibration),
                "Of events given a probability, that part should belong to the class: the dotted diagonal. Below it, the classifier is too sure.");
        }

        if (data.Importance is { } importance)
        {
            page.Figure(
                "What each feature is worth", "", ImportanceChart.Draw("importance", importance.Features),
                $"Fall of the mean AUC when a feature is exchanged among {Markup.Count(importance.Events)} test events, "
                + $"{importance.Permutations} times; features that say the same stand in for one another.");
        }

        page.Html("</div>\n");
    }
}
