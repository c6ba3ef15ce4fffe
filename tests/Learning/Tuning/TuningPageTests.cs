using System.Xml;
using System.Xml.Linq;
using DaprHep.Learning.Report;
using DaprHep.Learning.Tuning;

namespace DaprHep.Learning.Tests.Tuning;

public class TuningPageTests
{
    private static readonly DateTimeOffset Created = new(2026, 6, 12, 14, 3, 0, TimeSpan.Zero);

    [Fact]
    public void The_page_shows_the_best_so_far_every_point_and_the_best_trials()
    {
        var report = TuningReport.Of(Searched());
        var page = Parse(TuningPage.Render(report, Created, "DaprHep 0.1.0"));
        page.Descendants("h2").Select(heading => heading.Value).ShouldBe(["Hyper-parameters"]);
        var charts = page.Descendants("svg").Where(svg => svg.Attribute("role")?.Value == "img").ToArray();
        charts.Length.ShouldBe(2);
        charts.ShouldAllBe(chart => chart.Element("title")!.Value.Length > 5 && chart.Element("desc")!.Value.Length > 5);
        var results = report.Trials.Count(trial => trial.Auc is not null);
        charts[1].Elements("path").Count().ShouldBe(results);
        page.Descendants("tbody").Single().Elements("tr").Count().ShouldBe(10);
        var axes = charts[1].Elements("text").Where(text => text.Attribute("class")!.Value == "axis-title").Select(text => text.Value);
        axes.ShouldBe(["hidden[0]", "learning_rate", "schedule", "mean AUC"]);
        page.Root!.Value.ShouldContain($"The best has mean AUC {report.Best!.Auc:F4} with hidden[0] {report.Best.Values[0]}");
    }

    [Fact]
    public void The_best_so_far_never_falls_and_ends_with_the_best()
    {
        var study = Searched();
        var report = TuningReport.Of(study);
        report.Results.Select(result => result.EpochsSpent).ShouldBeInOrder();
        report.Results.Max(result => result.Auc).ShouldBe(study.Trials.SelectMany(trial => trial.Rungs).Max(rung => rung.Auc!.Value));
        report.Best!.Id.ShouldBe(study.Best!.Id);
    }

    [Fact]
    public void A_run_s_report_has_it_as_a_section()
    {
        var sample = ReportSample.Create() with { Tuning = TuningReport.Of(Searched()) };
        Parse(ReportPage.Render(sample)).Descendants("h2").Select(heading => heading.Value).ShouldContain("Hyper-parameters");
    }

    [Fact]
    public void A_search_without_results_has_a_page_too()
    {
        var study = new Study(new StudyOptions { Model = "hlf", Algorithm = TuningAlgorithm.Random }, Space());
        Parse(TuningPage.Render(TuningReport.Of(study), Created, "v")).Root!.Value.ShouldContain("no results");
        study.Propose(2);
        study.Record(new TrialResult(0, 0, 0) { Failure = "the loss is NaN" });
        Parse(TuningPage.Render(TuningReport.Of(study), Created, "v")).Root!.Value.ShouldContain("1 failed; the first, trial 0: the loss is NaN");
    }

    [Fact]
    public void Hostile_words_and_strange_numbers_do_no_harm()
    {
        string[] words = ["</svg><script>alert(1)</script>", "\" onload=\"x", "]]>", "\uD800", "a\0b", ""];
        double[] numbers = [double.NaN, double.PositiveInfinity, -1, 0, 1e308, double.Epsilon];
        foreach (var word in words)
        {
            foreach (var number in numbers)
            {
                var report = new TuningReport(
                    word, word, [new TuningAxis(word, [new(number, word), new(0.5, word)])],
                    [new(1, word, [number], [word], 1, number, number), new(2, word, [], [], 1, 0.5, 1)], [new(3, number), new(1, 0.5)], 4);
                var page = Parse(TuningPage.Render(report, Created, word));
                page.Descendants().ShouldAllBe(element => element.Name.LocalName != "script");
                page.Descendants().Attributes().ShouldAllBe(attribute => !attribute.Name.LocalName.StartsWith("on"));
                page.Descendants().Attributes()
                    .ShouldAllBe(attribute => !attribute.Value.Contains("NaN") && !attribute.Value.Contains('∞'));
            }
        }
    }

    private static Study Searched()
    {
        var options = new StudyOptions { Model = "hlf", Algorithm = TuningAlgorithm.Asha, Trials = 30, Epochs = 27 };
        var study = new Study(options, Space());
        SimulatedTuner.Drive(study, places: 2, (p, epochs) => p.Whole("batch") == 7 ? 0 : SimulatedTuner.Any(p, epochs));
        return study;
    }

    private static SearchSpace Space() => SearchSpaceReader.Read(
        "hidden: [{choice: [5, 10, 20]}]\nlearning_rate: {loguniform: [1e-4, 1]}\nbatch: 64\nschedule: {choice: [constant, cosine]}", "s");

    private static XDocument Parse(string html)
    {
        using var reader = XmlReader.Create(
            new StringReader(html.Replace("<!DOCTYPE html>", "")), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
        return XDocument.Load(reader);
    }
}
