using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DaprHep.EndToEnd.Tests;

/// <summary>Long work as users meet it: trainers that die, runs that are cancelled, all with real processes.</summary>
public sealed partial class JobTests : IDisposable
{
    // What is promised.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-jobs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_trainer_that_is_killed_is_replaced_by_another_and_the_model_is_the_same()
    {
        await using Stack stack = await Stack.StartAsync("--replicas", "trainer=2");
        JsonObject request = stack.SampleRequest("undisturbed");
        request["epochs"] = 600;
        byte[] undisturbed = await stack.ModelAsync(await stack.StartRunAsync(request), "undisturbed");

        request = stack.SampleRequest("killed");
        request["epochs"] = 600;
        string run = await stack.StartRunAsync(request);
        string trainer = await TrainerOfAsync(stack, run);
        await stack.SignalAsync(trainer, "KILL");
        (await stack.ModelAsync(run, "killed")).ShouldBe(undisturbed);
        stack.Log.ShouldContain("Attempt 2 at job train-");
    }

    [Fact]
    public async Task Cancelling_a_run_stops_its_training_within_seconds()
    {
        await using Stack stack = await Stack.StartAsync();
        JsonObject request = stack.SampleRequest("store");
        request["epochs"] = 1_000_000;
        string run = await stack.StartRunAsync(request);
        await TrainerOfAsync(stack, run);
        TimeSpan asked = Patience.Undisturbed;
        (await stack.Gateway.PostAsync($"runs/{run}/cancel", null)).EnsureSuccessStatusCode();
        await WaitForLogAsync(stack, $"Run {run} is cancelled; its work in this process stops");
        Stack.StatusOf(await stack.StateAsync(run)).ShouldBe("cancelled");
        await IdleAsync(stack, "trainer", asked);

        // The place is free for the next run.
        request["epochs"] = 1;
        await stack.ModelAsync(await stack.StartRunAsync(request), "store");
    }

    [Fact]
    public async Task Cancelling_a_run_stops_its_conversions_within_seconds()
    {
        await using Stack stack = await Stack.StartAsync();
        JsonObject request = ManyFiles(stack, 100);
        string run = await stack.StartRunAsync(request);
        await WaitForLogAsync(stack, "ConvertPartition of run");
        TimeSpan asked = Patience.Undisturbed;
        (await stack.Gateway.PostAsync($"runs/{run}/cancel", null)).EnsureSuccessStatusCode();
        await WaitForLogAsync(stack, $"Run {run} is cancelled; its work in this process stops");
        await IdleAsync(stack, "ingest", asked);
        Regex.Count(stack.Log, "ConvertPartition of run .* is done").ShouldBeLessThan(300);
    }

    [Fact]
    public async Task A_suspended_run_rests_its_training_and_goes_on_from_the_checkpoint_to_the_same_model()
    {
        await using Stack stack = await Stack.StartAsync();
        JsonObject request = stack.SampleRequest("undisturbed");
        request["epochs"] = 4000;
        byte[] undisturbed = await stack.ModelAsync(await stack.StartRunAsync(request), "undisturbed");

        request["store"] = stack.SampleRequest("rested")["store"]!.DeepClone();
        string run = await stack.StartRunAsync(request);
        await TrainedAsync(stack, run);
        TimeSpan asked = Patience.Undisturbed;
        (await stack.Gateway.PostAsync($"runs/{run}/suspend", null)).EnsureSuccessStatusCode();
        await WaitForLogAsync(stack, $"Run {run} is suspended; its work in this process rests");
        await IdleAsync(stack, "trainer", asked);
        await WaitForLogAsync(stack, $"rests until run {run} goes on");
        Stack.StatusOf(await stack.StateAsync(run)).ShouldBe("suspended");
        stack.Log.ShouldNotContain("Attempt 2 at job train-");

        (await stack.Gateway.PostAsync($"runs/{run}/resume", null)).EnsureSuccessStatusCode();
        (await stack.ModelAsync(run, "rested")).ShouldBe(undisturbed);
        stack.Log.ShouldContain("Attempt 2 at job train-");
        stack.Log.ShouldContain("going on from");
    }

    [Fact]
    public async Task A_suspended_run_ends_the_conversions_under_way_and_begins_no_others()
    {
        await using Stack stack = await Stack.StartAsync();
        JsonObject request = ManyFiles(stack, 100);
        request["epochs"] = 2;
        string run = await stack.StartRunAsync(request);
        await WaitForLogAsync(stack, "ConvertPartition of run");
        TimeSpan asked = Patience.Undisturbed;
        (await stack.Gateway.PostAsync($"runs/{run}/suspend", null)).EnsureSuccessStatusCode();
        await WaitForLogAsync(stack, $"Run {run} is suspended; its work in this process rests");
        (Patience.Undisturbed - asked).ShouldBeLessThan(StopLimit);
        int begun = await stack.WaitForLogAsync(() => Begun() == Done() ? [Begun()] : (int[]?)null) is [int count] ? count : 0;
        begun.ShouldBeLessThan(300);
        await Task.Delay(2000, TestContext.Current.CancellationToken);
        Begun().ShouldBe(begun);
        (await stack.Gateway.PostAsync($"runs/{run}/resume", null)).EnsureSuccessStatusCode();
        Stack.StatusOf(await stack.WaitAsync(run, _ => false)).ShouldBe("completed", stack.Log);

        int Begun() => Regex.Count(stack.Log, "ConvertPartition of run .* starts");
        int Done() => Regex.Count(stack.Log, "ConvertPartition of run .* is done");
    }

    [Fact]
    public async Task A_run_that_fails_leaves_nothing_computing()
    {
        await using Stack stack = await Stack.StartAsync();
        JsonObject request = ManyFiles(stack, 100);

        // Its header is whole and its baskets are not: only the conversion, one of the first, finds out.
        string damaged = request["samples"]![0]!["files"]![0]!.GetValue<string>();
        byte[] content = File.ReadAllBytes(damaged);
        content.AsSpan(2_000, (content.Length / 2) - 2_000).Fill(0x5A);
        File.WriteAllBytes(damaged, content);
        string run = await stack.StartRunAsync(request);
        JsonNode state = await stack.WaitAsync(run, _ => false);
        TimeSpan failed = Patience.Undisturbed;
        Stack.StatusOf(state).ShouldBe("failed");
        state["error"]!.GetValue<string>().ShouldContain(damaged);
        await IdleAsync(stack, "ingest", failed);
        Regex.Count(stack.Log, "ConvertPartition of run .* is done").ShouldBeLessThan(299);
        stack.Log.ShouldContain($"Run {run} is failed; its work in this process stops");
    }

    private JsonObject ManyFiles(Stack stack, int ofEach)
    {
        JsonObject request = stack.SampleRequest("store");
        request["samples"] = new JsonArray([.. ((string[])["qcd", "ttbar", "wjets"]).Select(name => new JsonObject
        {
            ["class"] = name,
            ["files"] = new JsonArray([.. Copies(name, ofEach).Select(file => (JsonNode)file)]),
        })]);
        return request;
    }

    /// <summary>Files with the events of a sample, each a file of its own to the pipeline, by a UUID of its own.</summary>
    private List<string> Copies(string name, int count)
    {
        const int Uuid = 47;
        byte[] sample = File.ReadAllBytes(Directory.EnumerateFiles(Path.Combine(Repository.Samples, name), "*.root").Order(StringComparer.Ordinal).First());
        var files = new List<string>();
        for (int i = 0; i < count; i++)
        {
            Guid.NewGuid().TryWriteBytes(sample.AsSpan(Uuid));
            files.Add(Path.Combine(_folder, $"{name}-{i}.root"));
            File.WriteAllBytes(files[^1], sample);
        }
        return files;
    }

    // The replica that trains says so in the log, each of whose lines begins with the name of its process.
    private static async Task<string> TrainerOfAsync(Stack stack, string run)
    {
        Match line = await stack.WaitForLogAsync(() => TrainingLine().Matches(stack.Log).LastOrDefault(match => match.Groups["run"].Value == run));
        await stack.WaitAsync(run, state => state["step"]?.GetValue<string>() == "train");
        return line.Groups["trainer"].Value;
    }

    // Waits until a run's training has judged events, so that there is something to go on from.
    private static async Task TrainedAsync(Stack stack, string run)
    {
        using var events = new StreamReader(await stack.Gateway.GetStreamAsync(new Uri($"runs/{run}/events", UriKind.Relative)));
        string? line;
        do
        {
            line = await events.ReadLineAsync();
            line.ShouldNotBeNull("the run has ended");
        }
        while (!Trained().IsMatch(line));
    }

    private static Task<string> WaitForLogAsync(Stack stack, string text) =>
        stack.WaitForLogAsync(() => stack.Log.Contains(text, StringComparison.Ordinal) ? text : null);

    // A service is idle when no activity and no job is in it.
    private static async Task IdleAsync(Stack stack, string service, TimeSpan since)
    {
        int port = stack.Services.Single(s => s!["name"]!.GetValue<string>() == service)!["port"]!.GetValue<int>();
        using var http = new HttpClient();
        while (true)
        {
            TimeSpan taken = Patience.Undisturbed - since;
            string metrics = await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics"));
            double active = Active().Matches(metrics).Sum(gauge => double.Parse(gauge.Groups["value"].ValueSpan, CultureInfo.InvariantCulture));
            taken.ShouldBeLessThan(StopLimit, $"{active} under way in {service}");
            if (active == 0)
                return;
            await Task.Delay(50);
        }
    }

    [GeneratedRegex("\"step\":\"train\",\"events\":[1-9]")]
    private static partial Regex Trained();

    [GeneratedRegex(@"^daprhep_(activity|job)_active.*\} (?<value>\d+)", RegexOptions.Multiline)]
    private static partial Regex Active();

    [GeneratedRegex(@"(?<trainer>trainer\S*)\s*\| .*Attempt 1 at job train-\w+ of run (?<run>\S+) begins")]
    private static partial Regex TrainingLine();
}
