using System.Globalization;
using DaprHep.Learning.Report.Charts;

namespace DaprHep.Learning.Report;

/// <summary>The report of a run as one HTML page (<see cref="HtmlPage"/>). The same data make the same page, byte for byte.</summary>
public static class ReportPage
{
    private const int MostMistakes = 12;

    /// <summary>Renders the page.</summary>
    public static string Render(ReportData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var page = new HtmlPage(
            data.Title, data.Created, data.SoftwareVersion, $"classes: {string.Join(", ", data.Classes)}", KeyFigures(data));
        PerformanceSection.Write(page, data);
        Scores(page, data);
        Mistakes(page, data);
        Training(page, data);
        if (data.Tuning is { } tuning)
            TuningPage.Write(page, tuning);
        CutFlow(page, data);
        Features(page, data);
        Provenance(page, data);
        return page.Finish();
    }

    private static IEnumerable<(string Name, string Value)> KeyFigures(ReportData data)
    {
        yield return ("Accuracy", Markup.Of(data.Accuracy));
        var areas = data.Metrics.Select(metrics => metrics.Auc.Value).OfType<double>().Where(double.IsFinite).ToArray();
        if (areas.Length > 0)
            yield return ("Mean AUC", Markup.Fixed(areas.Average(), 4));
        if (data.TestEvents is { } tested)
            yield return ("Test events", Markup.Count(tested));
        if (data.CutFlow.Count > 0)
            yield return ("Events read", Markup.Count(data.CutFlow[0].Events.Sum()));
        if (data.Timings.Count > 0)
            yield return ("Total time", Duration(data.Timings.Sum(timing => timing.Seconds)));
    }

    private static void Scores(HtmlPage page, ReportData data)
    {
        if (data.Scores.Count == 0)
            return;
        page.Section("scores", "Classifier outputs");
        page.Html(ChartStyle.Legend(data.Classes)).Html("<div class=\"grid3\">\n");
        for (var i = 0; i < data.Scores.Count; i++)
            page.Html("<figure>").Html(HistogramChart.Draw($"score{i}", data.Scores[i], data.Classes)).Html("</figure>\n");
        page.Html("</div>\n<p class=\"meta\">Test events by true class, each class scaled to unit sum.</p>\n");
    }

    // A gateway that serves the report has the event display beside it.
    private static void Mistakes(HtmlPage page, ReportData data)
    {
        if (data.Mistakes.Count == 0)
            return;
        page.Section("mistakes", "Surest mistakes");
        var table = new HtmlTable(
            "Test events that the classifier was surest of and wrong.", ["Event", "Class", "Taken for", "#Probability", "Display"], "mistakes");
        foreach (var mistake in data.Mistakes.Take(MostMistakes))
        {
            var id = mistake.Event.ToString(CultureInfo.InvariantCulture);
            table.Row(id).Text(mistake.Class).Text(mistake.Answer).Number(Markup.Fixed(mistake.Probability, 4));
            if (data.Run is { } run)
                table.Link("open", $"../../dashboard/event?run={Uri.EscapeDataString(run)}&event={id}");
            else
                table.Text(Markup.Unknown);
            table.End();
        }

        page.Html(table.Finish());
        if (data.Run is not null)
            page.Html("<p class=\"meta\">The display opens where a gateway serves this page.</p>\n");
    }

    private static void Training(HtmlPage page, ReportData data)
    {
        if (data.Loss.Count == 0)
            return;
        page.Section("training", "Training");
        page.Html("<div class=\"pair\">\n");
        page.Figure("Loss by epoch", ChartStyle.Legend(LossChart.Names), LossChart.Draw("loss", data.Loss), "");
        page.Html("<div>").Html(ParameterTable(data)).Html("</div>\n</div>\n");
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

    private static void CutFlow(HtmlPage page, ReportData data)
    {
        if (data.CutFlow.Count == 0)
            return;
        page.Section("cutflow", "Cut flow");
        page.Html("<div class=\"pair\">\n<div>");
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

        page.Html(table.Finish()).Html("</div>\n");
        page.Figure("", ChartStyle.Legend(data.Classes, filled: true), CutFlowChart.Draw("cutflow-bars", data.CutFlow, data.Classes), "");
        page.Html("</div>\n");

        void Cell(long events, long? before) =>
            table.Number(Markup.Count(events), before is { } of ? Markup.Percent(events, of) : "");
    }

    private static void Features(HtmlPage page, ReportData data)
    {
        if (data.Features.Count == 0)
            return;
        page.Section("features", "Features");
        page.Html(ChartStyle.Legend(data.Classes)).Html("<div class=\"grid4\">\n");
        for (var i = 0; i < data.Features.Count; i++)
            page.Html("<figure>").Html(HistogramChart.Draw($"feature{i}", data.Features[i], data.Classes)).Html("</figure>\n");
        page.Html("</div>\n<p class=\"meta\">Each class is scaled to unit sum. ");
        page.Html("The first and the last bin also hold what lies beyond them.</p>\n");
    }

    private static void Provenance(HtmlPage page, ReportData data)
    {
        if (data.Timings.Count == 0 && data.Inputs.Count == 0 && (data.Parameters.Count == 0 || data.Loss.Count > 0))
            return;
        page.Section("provenance", "Provenance");
        if (data.Loss.Count == 0)
            page.Html(ParameterTable(data));
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

            page.Html(table.Finish());
        }

        if (data.Inputs.Count > 0)
        {
            var table = new HtmlTable("Input files", ["File", "Class", "#Size", "#Events", "Digest"], "files");
            foreach (var input in data.Inputs)
            {
                table.Row(input.Path).Text(input.Class).Number(Size(input.Bytes))
                    .Number(input.Events is { } events ? Markup.Count(events) : Markup.Unknown).Text(input.Digest, "code").End();
            }

            page.Html(table.Finish());
        }
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
