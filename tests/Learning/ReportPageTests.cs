using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using DaprHep.Learning.Report;

namespace DaprHep.Learning.Tests;

public sealed class ReportPageTests
{
    private static readonly string[] Hostile =
        ["</script><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onload='x", "]]><!--", "a\0b\u0007c\uFFFE",
            "\uD800 alone", "&amp;&#x3c;", "{{x}}", ""];

    [Fact]
    public void The_page_is_well_formed_and_has_every_part()
    {
        var page = Parse(ReportPage.Render(ReportSample.Create()));
        page.Descendants("h2").Select(heading => heading.Value)
            .ShouldBe(["Classification", "Classifier outputs", "Training", "Cut flow", "Features", "Provenance"]);
        Charts(page).Count.ShouldBe(1 + 2 + 3 + 1 + 1 + 14);
        page.Descendants("table").Count().ShouldBe(6);
        var text = page.Root!.Value;
        text.ShouldContain("0.9123 ± 0.0033");
        text.ShouldContain("0.0400 ± 0.0040");
        text.ShouldContain("LepIsoGamma");
        text.ShouldContain("(4.1 ± 1.3) × 10⁻⁴");
        text.ShouldContain("91.4\u00a0%");
    }

    [Fact]
    public void Who_cannot_see_it_is_told_what_each_chart_and_table_shows()
    {
        var page = Parse(ReportPage.Render(ReportSample.Create()));
        foreach (var chart in Charts(page))
        {
            chart.Attribute("role")!.Value.ShouldBe("img");
            var named = chart.Attribute("aria-labelledby")!.Value.Split(' ');
            chart.Elements().Take(2).Select(element => element.Attribute("id")!.Value).ShouldBe(named);
            chart.Elements().Take(2).ShouldAllBe(element => element.Value.Length > 5);
        }

        foreach (var table in page.Descendants("table"))
        {
            table.Element("caption")!.Value.ShouldNotBeEmpty();
            table.Element("thead")!.Descendants("th").ShouldAllBe(header => header.Attribute("scope")!.Value == "col");
            table.Element("tbody")!.Elements("tr").ShouldAllBe(row => row.Elements().First().Attribute("scope")!.Value == "row");
        }

        var ids = page.Descendants().Select(element => element.Attribute("id")?.Value).OfType<string>().ToList();
        ids.Distinct().Count().ShouldBe(ids.Count);
    }

    [Fact]
    public void Nothing_is_fetched_and_nothing_runs()
    {
        var html = ReportPage.Render(ReportSample.Create());
        html.ShouldNotContain("http:");
        html.ShouldNotContain("https:");
        var page = Parse(html);
        page.Descendants().ShouldAllBe(
            element => !new[] { "script", "link", "iframe", "img", "object", "use", "image" }.Contains(element.Name.LocalName));
        page.Descendants().Attributes().ShouldAllBe(attribute =>
            !attribute.Name.LocalName.StartsWith("on") && attribute.Name.LocalName != "src" && attribute.Name.LocalName != "href");
        Regex.Count(html, @"url\(").ShouldBe(Regex.Count(html, @"url\(#"));
        html.ShouldNotContain("@import");
        html.ShouldContain("default-src 'none'");
    }

    [Fact]
    public void The_same_data_make_the_same_page() =>
        ReportPage.Render(ReportSample.Create()).ShouldBe(ReportPage.Render(ReportSample.Create()));

    [Fact]
    public void Hostile_names_stay_text()
    {
        foreach (var name in Hostile)
        {
            var sample = ReportSample.Create();
            var page = Parse(ReportPage.Render(sample with
            {
                Title = name,
                SoftwareVersion = name,
                Classes = [name, name, name],
                Parameters = [new(name, name)],
                Inputs = [new(name, name, 1, 1, name)],
                CutFlow = [new(name, [1, 2, 3])],
                Metrics = [new(name, new(0.5), new(null))],
                RocCurves = [.. sample.RocCurves.Select(curve => curve with { Class = name })],
                Calibration = [sample.Calibration[0] with { Class = name }],
                Importance = new(1, 1, [new(name, 0.1, 0.1, 0.1, 0.1)]),
                Scores = [sample.Scores[0] with { Name = name, Unit = name }],
                Features = [sample.Features[0] with { Name = name, Unit = name }],
                Timings = [new(name, 1, null)],
            }));
            page.Descendants().ShouldAllBe(element => element.Name.LocalName != "script" && element.Name.LocalName != "img");
            page.Descendants().Attributes().ShouldAllBe(attribute => !attribute.Name.LocalName.StartsWith("on"));
        }
    }

    [Fact]
    public void Numbers_that_are_none_and_classes_without_events_do_no_harm()
    {
        double[] strange = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -1, 0, 1e308, -1e308, double.Epsilon];
        var sample = ReportSample.Create();
        foreach (var x in strange)
        {
            foreach (var y in strange)
            {
                var html = ReportPage.Render(sample with
                {
                    Accuracy = new(x, y),
                    Metrics = [new("QCD", new(x, y), new(y, x)) { FprAtTpr95 = new(x), FprAtTpr90 = new(null, y), CalibrationError = x }, new("QCD", new(null), new(x))],
                    RocCurves = [new("QCD", [x, 0.5, y], [0, y, x]), new("tt̄", [], []), new("W+jets", [0, x], [0])],
                    Confusion = [[0, 0, 0], [1, 2, 3], [0, 0, 0]],
                    Calibration = [new("QCD", [x, 0.5, y], [y, x, 0.5], [1, 2, 3]), new("tt̄", [], [], [])],
                    Importance = new(0, 0, [new("HT", x, y, x, y), new("MET", y, x, y, x)]),
                    Scores = [new("s", "", [0, x, y], [[x, y], [0, 0], []]), new("t", "", [x], [[]]),
                        new("u", "", [0, 1, 2], [[x, y], [1, 1], [0, 0]], true)],
                    Features = [new("f", "", [], []), new("g", "", [x, y], [[1], [2], [3]]), new("h", "", [0, 1], [[0], [0], [0]])],
                    Loss = [new(1, x, y), new(2, y, null)],
                    CutFlow = [new("read", [0, 0, 0]), new("kept", [])],
                    Timings = [new("a", x, y)],
                });
                var page = Parse(html);
                foreach (var chart in Charts(page))
                {
                    foreach (var attribute in chart.Descendants().Attributes()
                        .Where(a => a.Name.LocalName is "d" or "x" or "y" or "x1" or "cx" or "width" or "height"))
                        attribute.Value.ShouldMatch(@"^[-0-9.ML ]*$");
                }
            }
        }
    }

    [Fact]
    public void A_report_of_nothing_is_a_page_with_its_heading()
    {
        var page = Parse(ReportPage.Render(new ReportData
        {
            Title = "empty",
            Created = DateTimeOffset.UnixEpoch,
            SoftwareVersion = "DaprHep",
            Classes = [],
        }));
        page.Descendants("h1").Single().Value.ShouldBe("empty");
        page.Descendants("h2").ShouldBeEmpty();
    }

    private static List<XElement> Charts(XDocument page) =>
        [.. page.Descendants("svg").Where(svg => svg.Attribute("class")?.Value == "chart")];

    private static XDocument Parse(string html)
    {
        using var reader = XmlReader.Create(new StringReader(html), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader);
    }
}
