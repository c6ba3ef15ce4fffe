using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace DaprHep.Production.Tests.Observability;

/// <summary>Alerts and the dashboard ask for metrics that the services really have, by labels that they really carry.</summary>
public sealed partial class ObservabilityTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "infra", "observability");

    [Fact]
    public async Task Every_metric_in_rules_and_dashboard_is_one_that_a_service_answers()
    {
        await using Stack stack = await Stack.StartAsync();
        var answered = new HashSet<string>();
        using var http = new HttpClient();
        foreach (JsonNode? service in stack.Services)
        {
            string text = await http.GetStringAsync($"http://127.0.0.1:{service!["port"]}/metrics", TestContext.Current.CancellationToken);
            foreach (Match line in TypeLine().Matches(text))
                answered.UnionWith(SeriesOf(line.Groups[1].Value, line.Groups[2].Value));
        }
        string[] used =
            [.. Expressions().SelectMany(expression => MetricName().Matches(expression)).Select(match => match.Value).Distinct()];
        used.Length.ShouldBeGreaterThan(15);
        used.ShouldBeSubsetOf(answered);
    }

    [Fact]
    public void Alerts_say_what_is_wrong_and_where_to_look()
    {
        YamlNode[] rules = [.. Rules()];
        string[] names = [.. rules.Select(rule => rule["alert"].ToString())];
        names.ShouldBeUnique();
        foreach (string wanted in (string[])["DaprHepRunStuck", "DaprHepJobFailed", "DaprHepDrift", "DaprHepPredictionsSlow"])
            names.ShouldContain(wanted);
        foreach (YamlNode rule in rules)
        {
            rule["labels"]["severity"].ToString().ShouldBeOneOf("critical", "warning");
            rule["annotations"]["summary"].ToString().ShouldNotBeNullOrWhiteSpace();
            rule["annotations"]["look"].ToString().ShouldNotBeNullOrWhiteSpace();
        }
    }

    [Fact]
    public void Every_pipeline_of_the_collector_is_made_of_parts_that_it_has()
    {
        YamlNode collector = Read("collector.yaml");
        foreach ((YamlNode _, YamlNode pipeline) in (YamlMappingNode)collector["service"]["pipelines"])
        {
            foreach (string kind in (string[])["receivers", "processors", "exporters"])
            {
                string[] known = [.. ((YamlMappingNode)collector[kind]).Children.Keys.Select(key => key.ToString())];
                ((YamlSequenceNode)pipeline[kind]).Select(part => part.ToString()).ShouldBeSubsetOf(known);
            }
        }
    }

    private static IEnumerable<string> Expressions()
    {
        JsonNode dashboard = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "dashboard.json")))!;
        return Rules().Select(rule => rule["expr"].ToString()).Concat(
            dashboard["panels"]!.AsArray().SelectMany(panel => panel!["targets"]!.AsArray())
                .Select(target => target!["expr"]!.GetValue<string>()));
    }

    private static IEnumerable<YamlNode> Rules() =>
        ((YamlSequenceNode)Read("rules.yaml")["groups"]).SelectMany(group => (YamlSequenceNode)group["rules"]);

    private static YamlNode Read(string file)
    {
        var yaml = new YamlStream();
        using var text = new StreamReader(Path.Combine(Folder, file));
        yaml.Load(text);
        return yaml.Documents.Single().RootNode;
    }

    // A histogram is three kinds of series.
    private static IEnumerable<string> SeriesOf(string name, string type) =>
        type == "histogram" ? [$"{name}_bucket", $"{name}_count", $"{name}_sum"] : [name];

    [GeneratedRegex("^# TYPE (\\S+) (\\S+)$", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex("\\b(?:daprhep|kestrel|dotnet|http_server)_[a-z_]+\\b")]
    private static partial Regex MetricName();
}
