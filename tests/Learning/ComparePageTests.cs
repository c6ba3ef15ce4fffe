using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Report;

namespace DaprHep.Learning.Tests;

public sealed class ComparePageTests
{
    private static readonly DateTimeOffset Created = new(2026, 6, 12, 14, 3, 0, TimeSpan.Zero);

    [Fact]
    public void The_page_is_well_formed_and_fetches_nothing()
    {
        var html = Render(Run("a", epochs: 3), Run("b", epochs: 5));
        var page = Parse(html);
        page.Descendants("h2").Select(heading => heading.Value).ShouldBe(["Figures", "ROC curves", "Training", "Parameters and inputs"]);
        page.Descendants("svg").Count(svg => svg.Attribute("class")?.Value == "chart").ShouldBe(3 + 2);
        html.ShouldNotContain("http:");
        html.ShouldNotContain("https:");
        html.ShouldContain("prefers-color-scheme:dark");
        Regex.Count(html, @"url\(").ShouldBe(Regex.Count(html, @"url\(#"));
        var ids = page.Descendants().Select(element => element.Attribute("id")?.Value).OfType<string>().ToList();
        ids.Distinct().Count().ShouldBe(ids.Count);
        Render(Run("a", epochs: 3), Run("b", epochs: 5)).ShouldBe(html);
    }

    [Fact]
    public void Runs_of_one_test_set_compare_and_the_best_is_marked()
    {
        var comparison = new RunComparison([Run("a", epochs: 3), Run("b", epochs: 5), Run("c", epochs: 3)]);
        comparison.IsOfOneTestSet.ShouldBeTrue();
        comparison.Differences.Select(parameter => parameter.Name).ShouldBe(["epochs"]);
        comparison.IsOfSameInputs.ShouldBeTrue();
        var (_, accuracy, more) = RunComparison.Figures[0];
        comparison.Runs.Select(run => comparison.IsBest(run, accuracy, more)).ShouldBe([false, true, false]);
        var html = ComparePage.Render(comparison, Created, "DaprHep");
        html.ShouldContain("All runs were tested on the same events");
        html.ShouldContain("class=\"differs\"");
    }

    [Fact]
    public void Runs_of_different_or_unknown_test_sets_are_marked_and_none_is_best()
    {
        foreach (var other in new[] { "bb", null })
        {
            var comparison = new RunComparison([Run("a", epochs: 3), Run("b", epochs: 5, testSet: other)]);
            comparison.IsOfOneTestSet.ShouldBeFalse();
            comparison.TestSetName(comparison.Runs[0]).ShouldBe("A");
            comparison.TestSetName(comparison.Runs[1]).ShouldBe(other is null ? "unknown" : "B");
            foreach (var (_, of, more) in RunComparison.Figures)
                comparison.Runs.ShouldAllBe(run => !comparison.IsBest(run, of, more));
            ComparePage.Render(comparison, Created, "DaprHep").ShouldContain("These runs were tested on different events.");
        }
    }

    [Fact]
    public void Hostile_names_and_values_stay_text()
    {
        foreach (var name in new[] { "</script><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "a\0b\uFFFE", "]]>", "&amp;" })
        {
            var page = Parse(Render(Run(name, epochs: 3) with { Parameters = [new(name, name)] }, Run("b", epochs: 5)));
            page.Descendants().ShouldAllBe(element => element.Name.LocalName != "script" && element.Name.LocalName != "img");
            page.Descendants().Attributes().ShouldAllBe(attribute => !attribute.Name.LocalName.StartsWith("on"));
        }
    }

    [Fact]
    public void Runs_without_curves_or_figures_do_no_harm()
    {
        var empty = Run("empty", epochs: 1) with { Curves = new RunCurves([], []), Parameters = [], Inputs = [] };
        var html = Render(empty, Run("b", epochs: 2));
        Parse(html);
        Parse(Render(empty, empty with { Name = "other" })).Descendants("h2").Select(heading => heading.Value).ShouldNotContain("Training");
    }

    [Fact]
    public void A_dozen_runs_have_a_dozen_lines()
    {
        var html = Render([.. Enumerable.Range(0, 12).Select(i => Run($"run{i}", epochs: 2 + i))]);
        for (var i = 0; i < 12; i++)
            html.ShouldContain($".line{i}{{");
        Regex.Matches(html, @"\.line\d+\{([^}]*)\}").Select(match => match.Groups[1].Value).Distinct().Count().ShouldBe(12);
    }

    [Fact]
    public void A_run_is_read_from_its_documents()
    {
        var run = Read();
        run.Metrics.Accuracy.ShouldBe(0.75);
        run.TestSet.ShouldBe("aa");
        run.Parameters.ShouldBe([new("model", "hlf"), new("epochs", "3")]);
        run.Inputs.ShouldBe(["qcd split d1 100", "ttbar split d2 50"]);
        run.Curves.Training.ShouldBe([new(1, 0.5, null)]);
    }

    [Theory]
    [InlineData("{", null, null, "metrics.json is malformed")]
    [InlineData("null", null, null, "metrics.json is null")]
    [InlineData("""{"accuracy":1}""", null, null, "metrics.json is malformed")]
    [InlineData(null, "[]", null, "curves.json is malformed")]
    [InlineData(null, """{"roc":null,"training":[]}""", null, "curves.json is malformed")]
    [InlineData(null, null, "5", "run.json is not a run's record")]
    [InlineData(null, null, """{"parameters":{}}""", "run.json is not a run's record")]
    [InlineData(null, null, """{"parameters":{},"inputs":[{"class":5}]}""", "run.json is not a run's record")]
    public void A_malformed_document_is_named(string? metrics, string? curves, string? record, string mention)
    {
        var message = Should.Throw<RunDocumentException>(() => Read(metrics, curves, record)).Message;
        message.ShouldStartWith("run r: ");
        message.ShouldContain(mention);
    }

    private static ComparedRun Read(string? metrics = null, string? curves = null, string? record = null)
    {
        var figures = Figures(0.75).ToJson();
        figures["test_set"] = "aa";
        return ComparedRun.Read(
            "r",
            Encoding.UTF8.GetBytes(metrics ?? figures.ToJsonString()),
            Encoding.UTF8.GetBytes(curves ?? """{"roc":[],"training":[{"epoch":1,"train_loss":0.5,"test_loss":null}]}"""),
            Encoding.UTF8.GetBytes(record ?? """
                {"parameters":{"model":"hlf","epochs":3,"max_events":null},"inputs":[
                {"url":"y","class":"ttbar","use":"split","digest":"d2","entries_read":50},
                {"url":"x","class":"qcd","use":"split","digest":"d1","entries_read":100}]}
                """));
    }

    private static ComparedRun Run(string name, int epochs, string? testSet = "aa") => new(
        name,
        Figures(0.7 + 0.01 * epochs),
        testSet,
        new RunCurves(
            [.. RunComparison.Classes.Select(c => new ReportRocCurve(c, [0, 0.01, 0.2, 1], [0, 0.8, 0.99, 1]))],
            [.. Enumerable.Range(1, epochs).Select(epoch => new EpochLoss(epoch, 1.0 / epoch, 1.1 / epoch))]),
        [new("model", "hlf"), new("epochs", $"{epochs}")],
        ["qcd split d1 100"]);

    private static ClassificationMetrics Figures(double accuracy)
    {
        var right = (int)Math.Round(100 * accuracy);
        var labels = Enumerable.Range(0, 300).Select(i => (sbyte)(i % 3)).ToArray();
        var probabilities = labels.SelectMany((label, i) =>
            Enumerable.Range(0, 3).Select(c => c == (label + (i / 3 < right ? 0 : 1)) % 3 ? 0.8f : 0.1f)).ToArray();
        return Evaluator.Evaluate(probabilities, labels, RunComparison.Classes).Metrics;
    }

    private static string Render(params ComparedRun[] runs) => ComparePage.Render(new RunComparison(runs), Created, "DaprHep 0.1.0");

    private static XDocument Parse(string html)
    {
        using var reader = XmlReader.Create(new StringReader(html), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader);
    }
}
