using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DaprHep.EndToEnd.Tests;

/// <summary>What a stack tells of itself: one trace from the command to the activities, metrics under the documented names, logs with ids.</summary>
public sealed partial class TelemetryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-telemetry-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_command_its_request_the_workflow_and_the_activities_are_one_trace()
    {
        await using OtlpReceiver collector = await OtlpReceiver.StartAsync();
        await using Stack stack = await Stack.StartAsync(collector.Environment);
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(
            collector.Environment, "run", Repository.Samples, "--out", Path.Combine(_folder, "out"), "--epochs", "2", "--gateway", stack.Url);
        result.ExitCode.ShouldBe(0, result.Error + stack.Log);
        Span report = await WaitForAsync(collector, span => span.Name == "activity WriteReport");
        Span workflow = await WaitForAsync(collector, span => span.Name == "workflow TopologyPipeline");

        report.Service.ShouldBe("trainer");
        PathOf(report, collector.Spans).ShouldBe(
            ["daprhep: daprhep run", "daprhep: POST", "pipeline: POST /runs/", "sidecar: workflow TopologyPipeline", "trainer: activity WriteReport"]);
        Span[] activities = [.. collector.Spans.Where(span => span.Name.StartsWith("activity ", StringComparison.Ordinal))];
        activities.Select(span => span.Name).Distinct().ShouldBe(
            ["activity MissingSince", "activity PlanPartitions", "activity ConvertPartition", "activity MergeStatistics", "activity BuildShard",
                "activity SubmitJob", "activity CheckJob", "activity EvaluateModel", "activity WriteReport"],
            ignoreOrder: true);
        activities.ShouldAllBe(span => span.Trace == workflow.Trace);
        activities.ShouldAllBe(span => PathOf(span, collector.Spans).Contains("sidecar: workflow TopologyPipeline"));
        activities.ShouldAllBe(span => span.Start >= workflow.Start && span.End <= workflow.End);
        collector.Spans.ShouldNotContain(span => span.Name.Contains("healthz"));
        await WaitForAsync(() => collector.CountOf("metrics") > 0 && collector.CountOf("logs") > 0);
    }

    [Fact]
    public async Task Metrics_have_the_documented_names_and_count_a_run()
    {
        await using Stack stack = await Stack.StartAsync();
        JsonObject request = stack.SampleRequest("store");
        request["epochs"] = 2;
        await stack.ModelAsync(await stack.StartRunAsync(request), "store");

        var metrics = new Dictionary<string, string>();
        using var http = new HttpClient();
        foreach (JsonNode? service in stack.Services)
            metrics.Add(service!["service"]!.GetValue<string>(), await http.GetStringAsync($"http://127.0.0.1:{service["port"]}/metrics"));
        HashSet<string> names = [.. metrics.Values.SelectMany(text => TypeLine().Matches(text)).Select(match => match.Groups[1].Value)];
        string[] documented = [.. DocumentedName().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md")))
            .Select(match => match.Groups[1].Value)];
        documented.Length.ShouldBeGreaterThan(15);
        documented.ShouldBeSubsetOf(names);
        names.Where(name => name.StartsWith("daprhep_", StringComparison.Ordinal)).ShouldBeSubsetOf(documented);

        metrics["ingest"].ShouldContain("daprhep_activity_duration_seconds_count{activity=\"ConvertPartition\",outcome=\"done\"} 6\n");
        metrics["ingest"].ShouldContain("daprhep_activity_active{activity=\"ConvertPartition\"} 0\n");
        metrics["ingest"].ShouldContain("daprhep_step_events_total{step=\"convert\"} 1500\n");
        metrics["ingest"].ShouldMatch("daprhep_step_output_bytes_total\\{step=\"convert\"\\} [1-9]\\d{5,}\n");
        metrics["trainer"].ShouldContain("daprhep_activity_duration_seconds_bucket{activity=\"EvaluateModel\",outcome=\"done\",le=\"+Inf\"} 1\n");
        metrics["trainer"].ShouldContain("daprhep_job_duration_seconds_count{kind=\"train\",outcome=\"done\"} 1\n");
        metrics["pipeline"].ShouldContain("daprhep_runs{state=\"completed\"} 1\n");
        metrics["pipeline"].ShouldContain("daprhep_runs{state=\"failed\"} 0\n");
        metrics["pipeline"].ShouldContain("daprhep_step_duration_seconds_count{step=\"convert\"} 1\n");
        metrics["pipeline"].ShouldContain("http_route=\"/runs/\"");
    }

    [Fact]
    public async Task Log_lines_of_services_carry_the_run_and_the_trace()
    {
        await using Stack stack = await Stack.StartAsync(new Dictionary<string, string> { ["Logging__Console__FormatterName"] = "json" });
        using var message = new HttpRequestMessage(HttpMethod.Post, "runs") { Content = new StringContent(Body(), null, "application/json") };
        message.Headers.Add("traceparent", "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01");
        using HttpResponseMessage answer = await stack.Gateway.SendAsync(message);
        string run = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["run"]!.GetValue<string>();
        Stack.StatusOf(await stack.WaitAsync(run, _ => false)).ShouldBe("completed", stack.Log);

        string line = stack.Log.Split('\n').First(text => text.Contains("ConvertPartition of run"));
        JsonNode entry = JsonNode.Parse(line[line.IndexOf('{')..])!;
        string scopes = entry["Scopes"]!.ToJsonString();
        scopes.ShouldContain($"\"RunId\":\"{run}\"");
        scopes.ShouldContain("\"TraceId\":\"0123456789abcdef0123456789abcdef\"");

        string Body()
        {
            JsonObject request = stack.SampleRequest("store");
            request["epochs"] = 1;
            return request.ToJsonString();
        }
    }

    [GeneratedRegex(@"^# TYPE (\S+) ", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^\| `([a-z0-9_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex DocumentedName();

    private static List<string> PathOf(Span span, IReadOnlyList<Span> all)
    {
        var path = new List<string>();
        for (Span? at = span; at is not null; at = all.FirstOrDefault(other => other.Id == at.Parent))
            path.Insert(0, $"{at.Service}: {at.Name}");
        return path;
    }

    private static async Task<Span> WaitForAsync(OtlpReceiver collector, Func<Span, bool> wanted)
    {
        await WaitForAsync(() => collector.Spans.Any(wanted));
        return collector.Spans.First(wanted);
    }

    private static async Task WaitForAsync(Func<bool> reached)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (!reached())
            await Task.Delay(50, limit.Token);
    }
}
