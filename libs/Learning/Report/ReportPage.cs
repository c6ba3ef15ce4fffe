using System.Globalization;
using System.Text;
using DaprHep.Learning.Report.Charts;

namespace DaprHep.Learning.Report;

/// <summary>
/// The report of a run as one HTML page that needs nothing else: no script, no file, no network. It is well-formed XML too. The same
/// data make the same page, byte for byte.
/// </summary>
public static class ReportPage
{
    /// <summary>Renders the page.</summary>
    public static string Render(ReportData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n");
        page.Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
        page.Append("<meta name=\"color-scheme\" content=\"light dark\"/>\n");
        page.Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n");
        page.Append(
            $"<title>{Markup.Escape(data.Title)}</title>\n<style>\n{ChartStyle.WithSeries()}{ReportStyle.Css}</style>\n</head>\n<body>\n");
        Header(page, data);
        page.Append("<main>\n");
        Performance(page, data);
        Scores(page, data);
        Training(page, data);
        CutFlow(page, data);
        Features(page, data);
        Provenance(page, data);
        page.Append($"</main>\n<footer>{Markup.Escape(data.SoftwareVersion)}</footer>\n</body>\n</html>\n");
        return page.ToString();
    }

    private static void Header(StringBuilder page, ReportData data)
    {
        var created = data.Created.ToUniversalTime();
        page.Append($"<header>\n<h1>{Markup.Escape(data.Title)}</h1>\n<p class=\"meta\">");
        page.Append($"<time datetime=\"{created.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}\">");
        page.Append(
            $"{created.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC</time> · {Markup.Escape(data.SoftwareVersion)}");
        page.Append($" · classes: {Markup.Escape(string.Join(", ", data.Classes))}</p>\n<dl class=\"key\">");
        Key(page, "Accuracy", Markup.Of(data.Accuracy));
        var areas = data.Metrics.Select(metrics => metrics.Auc.Value).OfType<double>().Where(double.IsFinite).ToArray();
        if (areas.Length > 0)
            Key(page, "Mean AUC", Markup.Fixed(areas.Average(), 4));
        if (data.TestEvents is { } tested)
            Key(page, "Test events", Markup.Count(tested));
        if (data.CutFlow.Count > 0)
            Key(page, "Events read", Markup.Count(data.CutFlow[0].Events.Sum()));
        if (data.Timings.Count > 0)
            Key(page, "Total time", Duration(data.Timings.Sum(timing => timing.Seconds)));
        page.Append("</dl>\n</header>\n");
    }

    private static void Key(StringBuilder page, string name, string value) =>
        page.Append($"<div><dt>{Markup.Escape(name)}</dt><dd>{Markup.Escape(value)}</dd></div>");

    private static void Performance(StringBuilder page, ReportData data)
    {
        if (data.Metrics.Count == 0 && data.RocCurves.Count == 0 && data.Confusion.Count == 0)
            return;
        page.Append("<h2 id=\"performance\">Classification</h2>\n<div class=\"pair\">\n");
        if (data.RocCurves.Count > 0)
        {
            var names = data.RocCurves.Select(curve => data.Metrics.FirstOrDefault(metrics => metrics.Class == curve.Class) is { } found
                ? $"{curve.Class} (AUC {Markup.Of(found.Auc)})"
                : curve.Class).ToArray();
            Figure(
                page, "ROC curve of each class against the others", ChartStyle.Legend(names), RocChart.Draw("roc", data.RocCurves),
                "Lower is better. Dotted: a classifier that guesses, and the point where 99 % of the class is kept.");
        }

        page.Append("<div>\n");
        if (data.Metrics.Count > 0)
            page.Append("<h3>Metrics of each class against the others</h3>\n").Append(MetricsTable(data)).Append('\n');
        if (data.Confusion.Count > 0)
            page.Append("<h3>Confusion matrix</h3>\n").Append(ConfusionTable(data)).Append('\n');
        page.Append("</div>\n</div>\n");
    }

    private static string MetricsTable(ReportData data)
    {
        var table = new HtmlTable(
            "Errors are standard errors. FPR: part of the other classes that passes where 99 % of the class is kept.",
            ["Class", "#AUC", "#FPR at TPR = 99 %"]);
        foreach (var metrics in data.Metrics)
            table.Row(metrics.Class).Number(Markup.Of(metrics.Auc)).Number(Markup.Of(metrics.FprAtTpr99)).End();
        return table.Finish();
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

    private static void Scores(StringBuilder page, ReportData data)
    {
        if (data.Scores.Count == 0)
            return;
        page.Append("<h2 id=\"scores\">Classifier outputs</h2>\n").Append(ChartStyle.Legend(data.Classes))
            .Append("<div class=\"grid3\">\n");
        for (var i = 0; i < data.Scores.Count; i++)
            page.Append("<figure>").Append(HistogramChart.Draw($"score{i}", data.Scores[i], data.Classes)).Append("</figure>\n");
        page.Append("</div>\n<p class=\"meta\">Test events by true class, each class scaled to unit sum.</p>\n");
    }

    private static void Training(StringBuilder page, ReportData data)
    {
        if (data.Loss.Count == 0)
            return;
        page.Append("<h2 id=\"training\">Training</h2>\n<div class=\"pair\">\n");
        Figure(page, "Loss by epoch", ChartStyle.Legend(LossChart.Names), LossChart.Draw("loss", data.Loss), "");
        page.Append("<div>").Append(ParameterTable(data)).Append("</div>\n</div>\n");
    }

    private static string ParameterTable(ReportData data)
    {
        if (data.Parameters.Count == 0)
            return "";
        var table = new HtmlTable("Parameters of the run", ["Parameter", "Value"], "parameters");
        foreach (var parameter in data.Parameters)
            table.Row(parameter.Name).Text(parameter.Value).End();
        return table.Finish();
    }

    private static void CutFlow(StringBuilder page, ReportData data)
    {
        if (data.CutFlow.Count == 0)
            return;
        page.Append("<h2 id=\"cutflow\">Cut flow</h2>\n<div class=\"pair\">\n<div>");
        var table = new HtmlTable(
            "Events left after each step; percentages are of the first.",
            ["Step", .. data.Classes.Select(name => "#" + name), "#All"], "cutflow");
        for (var s = 0; s < data.CutFlow.Count; s++)
        {
            var step = data.CutFlow[s];
            table.Row(step.Name);
            for (var c = 0; c < data.Classes.Count; c++)
                Cell(step.Events.ElementAtOrDefault(c), s == 0 ? null : data.CutFlow[0].Events.ElementAtOrDefault(c));
            Cell(step.Events.Sum(), s == 0 ? null : data.CutFlow[0].Events.Sum());
            table.End();
        }

        page.Append(table.Finish()).Append("</div>\n");
        Figure(page, "", ChartStyle.Legend(data.Classes, filled: true), CutFlowChart.Draw("cutflow-bars", data.CutFlow, data.Classes), "");
        page.Append("</div>\n");

        void Cell(long events, long? before) =>
            table.Number(Markup.Count(events), before is { } of ? Markup.Percent(events, of) : "");
    }

    private static void Features(StringBuilder page, ReportData data)
    {
        if (data.Features.Count == 0)
            return;
        page.Append("<h2 id=\"features\">Features</h2>\n").Append(ChartStyle.Legend(data.Classes)).Append("<div class=\"grid4\">\n");
        for (var i = 0; i < data.Features.Count; i++)
            page.Append("<figure>").Append(HistogramChart.Draw($"feature{i}", data.Features[i], data.Classes)).Append("</figure>\n");
        page.Append("</div>\n<p class=\"meta\">Each class is scaled to unit sum. ");
        page.Append("The first and the last bin also hold what lies beyond them.</p>\n");
    }

    private static void Provenance(StringBuilder page, ReportData data)
    {
        if (data.Timings.Count == 0 && data.Inputs.Count == 0 && (data.Parameters.Count == 0 || data.Loss.Count > 0))
            return;
        page.Append("<h2 id=\"provenance\">Provenance</h2>\n");
        if (data.Loss.Count == 0)
            page.Append(ParameterTable(data));
        if (data.Timings.Count > 0)
        {
            var total = data.Timings.Sum(timing => timing.Seconds);
            var table = new HtmlTable("Time of each step", ["Step", "#Time", "#Part of the total", "#Events/s"]);
            foreach (var timing in data.Timings)
            {
                table.Row(timing.Step).Number(Duration(timing.Seconds))
                    .Number(Markup.Percent(timing.Seconds, total), heat: timing.Seconds / total)
                    .Number(Markup.Fixed(timing.EventsPerSecond, 0)).End();
            }

            page.Append(table.Finish());
        }

        if (data.Inputs.Count > 0)
        {
            var table = new HtmlTable("Input files", ["File", "Class", "#Size", "#Events", "Digest"], "files");
            foreach (var input in data.Inputs)
            {
                table.Row(input.Path).Text(input.Class).Number(Size(input.Bytes))
                    .Number(input.Events is { } events ? Markup.Count(events) : Markup.Unknown).Text(input.Digest, "code").End();
            }

            page.Append(table.Finish());
        }
    }

    private static void Figure(StringBuilder page, string title, string legend, string drawing, string caption)
    {
        page.Append("<figure>");
        if (title.Length > 0)
            page.Append($"<h3>{Markup.Escape(title)}</h3>");
        page.Append(legend).Append(drawing);
        if (caption.Length > 0)
            page.Append($"<figcaption>{Markup.Escape(caption)}</figcaption>");
        page.Append("</figure>\n");
    }

    private static string Duration(double seconds) => !double.IsFinite(seconds) ? Markup.Unknown
        : seconds < 1 ? $"{Markup.Fixed(seconds * 1000, 0)} ms"
        : seconds < 120 ? $"{Markup.Fixed(seconds, 1)} s"
        : seconds < 7200 ? $"{Markup.Fixed(seconds / 60, 1)} min"
        : $"{Markup.Fixed(seconds / 3600, 1)} h";

    private static string Size(long bytes) => bytes < 1_000_000 ? $"{Markup.Fixed(bytes / 1e3, 1)} kB"
        : bytes < 1_000_000_000 ? $"{Markup.Fixed(bytes / 1e6, 1)} MB"
        : $"{Markup.Fixed(bytes / 1e9, 1)} GB";
}
