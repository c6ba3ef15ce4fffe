using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DaprHep.EndToEnd.Tests;

/// <summary>Long work as users meet it: trainers that die, runs that are cancelled, all with real processes.</summary>
public sealed partial class JobTests : IDisposable
{
    // 5 s are promised; a machine that is busy with other tests gets twice as long.
    private static readonly TimeSpan CancelLimit = TimeSpan.FromSeconds(10);
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
        long asked = Stopwatch.GetTimestamp();
        (await stack.Gateway.PostAsync($"runs/{run}/cancel", null)).EnsureSuccessStatusCode();
        await WaitForLogAsync(stack, $"Run {run} is cancelled; its work in this process stops");
        Stack.StatusOf(await stack.StateAsync(run)).ShouldBe("cancelled");
        await IdleAsync(stack, "trainer");
        Stopwatch.GetElapsedTime(asked).ShouldBeLessThan(CancelLimit);

        // The place is free for the next run.
        request["epochs"] = 1;
        await stack.ModelAsync(await stack.StartRunAsync(request), "store");
    }

    [Fact]
    public async Task Cancelling_a_run_stops_its_conversions_within_seconds()
    {
        await using Stack stack = await Stack.StartAsync();
        JsonObject request = stack.SampleRequest("store");
        request["samples"] = new JsonArray([.. ((string[])["qcd", "ttbar", "wjets"]).Select(name => new JsonObject
        {
            ["class"] = name,
            ["files"] = new JsonArray([.. Copies(name, 100).Select(file => (JsonNode)file)]),
        })]);
        string run = await stack.StartRunAsync(request);
        await WaitForLogAsync(stack, "ConvertPartition of run");
        long asked = Stopwatch.GetTimestamp();
        (await stack.Gateway.PostAsync($"runs/{run}/cancel", null)).EnsureSuccessStatusCode();
        await WaitForLogAsync(stack, $"Run {run} is cancelled; its work in this process stops");
        await IdleAsync(stack, "ingest");
        Stopwatch.GetElapsedTime(asked).ShouldBeLessThan(CancelLimit);
        Regex.Count(stack.Log, "ConvertPartition of run .* is done").ShouldBeLessThan(300);
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

    private static Task<string> WaitForLogAsync(Stack stack, string text) =>
        stack.WaitForLogAsync(() => stack.Log.Contains(text, StringComparison.Ordinal) ? text : null);

    // Idle is a process that uses less than a tenth of a core over half a second.
    private static async Task IdleAsync(Stack stack, string service)
    {
        int process = stack.Services.Single(s => s!["name"]!.GetValue<string>() == service)!["process"]!.GetValue<int>();
        for (double before = CpuSeconds(process), now; ; before = now)
        {
            await Task.Delay(500);
            now = CpuSeconds(process);
            if (now - before < 0.05)
                return;
        }
    }

    private static double CpuSeconds(int process)
    {
        // proc(5): user and system time are fields 14 and 15, the second field in parentheses, in ticks of 10 ms.
        string[] fields = File.ReadAllText($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/stat").Split(") ")[1].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / 100.0;
    }

    [GeneratedRegex(@"(?<trainer>trainer\S*)\s*\| .*Attempt 1 at job train-\w+ of run (?<run>\S+) begins")]
    private static partial Regex TrainingLine();
}
