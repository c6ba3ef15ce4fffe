using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Amazon.S3;
using DaprHep.Data.Objects;

namespace DaprHep.EndToEnd.Tests;

/// <summary>Nothing is computed twice: what a run finds in its store it does not make, or write, again.</summary>
public sealed class RepeatedRunTests(Swift swift) : IClassFixture<Swift>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-repeated-").FullName;
    private int _runs;

    private string Store => Path.Combine(_folder, "store");

    private string Samples => Path.Combine(_folder, "samples");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_same_request_again_writes_its_record_and_nothing_else()
    {
        JsonNode first = await RunAsync(Repository.Samples);
        string[] before = Files();
        var written = new ConcurrentBag<string>();
        using var watcher = new FileSystemWatcher(Store) { IncludeSubdirectories = true };
        foreach (Action<FileSystemEventHandler> listen in (Action<FileSystemEventHandler>[])[h => watcher.Created += h, h => watcher.Changed += h, h => watcher.Deleted += h])
            listen((_, change) => written.Add(change.FullPath));
        watcher.Renamed += (_, change) => written.Add(change.FullPath);
        watcher.EnableRaisingEvents = true;

        JsonNode second = await RunAsync(Repository.Samples);
        string record = Path.Combine(Store, "runs", second["run"]!["run"]!.GetValue<string>());
        for (int wait = 0; wait < 600 && !written.Contains(Path.Combine(record, "run.json")); wait++)
            await Task.Delay(100, TestContext.Current.CancellationToken);
        written.ShouldContain(Path.Combine(record, "run.json"));
        written.ShouldAllBe(path => path.StartsWith(Path.Combine(Store, "runs"), StringComparison.Ordinal));
        Files().Except(before).Select(file => file.Split(' ')[0]).Order(StringComparer.Ordinal).ShouldBe(
            ((string[])["curves.json", "metrics.json", "report.html", "run.json", "started.json"]).Select(name => Path.Combine(record, name)));
        before.Except(Files()).ShouldBeEmpty("nothing is written anew or taken away");
        second["run"]!["objects"]!.ToJsonString().ShouldBe(first["run"]!["objects"]!.ToJsonString());
    }

    [Fact]
    public async Task In_a_bucket_nothing_but_the_record_is_written_either()
    {
        using AmazonS3Client client = swift.Client();
        var store = new S3ObjectStore(client, S3Server.Bucket, "repeated");
        string[] arguments = ["run", Repository.Samples, "--store", $"s3://{S3Server.Bucket}/repeated", "--epochs", "1", "--out"];
        var environment = new Dictionary<string, string>(swift.Environment);
        DaprHepCommand.Result first = await DaprHepCommand.RunAsync(environment, [.. arguments, Path.Combine(_folder, "first")]);
        first.ExitCode.ShouldBe(0, first.Error);
        ObjectEntry[] before = await store.ListAsync("").ToArrayAsync(TestContext.Current.CancellationToken);
        // A bucket's times have no fractions of seconds.
        await Task.Delay(1100, TestContext.Current.CancellationToken);
        DaprHepCommand.Result second = await DaprHepCommand.RunAsync(environment, [.. arguments, Path.Combine(_folder, "second")]);
        second.ExitCode.ShouldBe(0, second.Error);
        ObjectEntry[] written = [.. (await store.ListAsync("").ToArrayAsync(TestContext.Current.CancellationToken)).Except(before)];
        written.ShouldAllBe(entry => entry.Key.StartsWith("runs/", StringComparison.Ordinal));
        written.Length.ShouldBe(5);
    }

    [Fact]
    public async Task One_file_more_converts_exactly_one_partition()
    {
        foreach (string file in Directory.EnumerateFiles(Repository.Samples, "*_a.root", SearchOption.AllDirectories))
            Give(file);
        await RunAsync(Samples);
        string[] before = Files();
        Give(Path.Combine(Repository.Samples, "ttbar", "ttbar_b.root"));
        await RunAsync(Samples);
        before.Except(Files()).ShouldBeEmpty();
        NewObjects(before, "events").Length.ShouldBe(1);
        NewObjects(before, "plans").Length.ShouldBe(1);
        NewObjects(before, "training").Length.ShouldBe(2);
    }

    [Theory]
    [InlineData("--epochs 2", "evaluations models")]
    [InlineData("--model trees", "evaluations models")]
    [InlineData("--seed 2", "evaluations models statistics training")]
    [InlineData("--max-events 100", "evaluations events models plans statistics training")]
    [InlineData("--physics cern2019", "evaluations events models plans statistics training")]
    public async Task A_changed_parameter_recomputes_what_depends_on_it(string change, string steps)
    {
        await RunAsync(Repository.Samples);
        string[] before = Files();
        await RunAsync(Repository.Samples, change.Split(' '));
        before.Except(Files()).ShouldBeEmpty();
        Files().Except(before).Select(file => Path.GetRelativePath(Store, file).Split('/')[0]).Distinct().Where(step => step is not ("runs" or "checkpoints"))
            .Order(StringComparer.Ordinal).ShouldBe(steps.Split(' '));
    }

    private void Give(string file)
    {
        string path = Path.Combine(Samples, Path.GetRelativePath(Repository.Samples, file));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Copy(file, path);
    }

    // Names of the groups of a step that were not there before.
    private string[] NewObjects(string[] before, string step) => [.. Files().Except(before)
        .Select(file => Path.GetRelativePath(Store, file).Split('/')).Where(names => names[0] == step).Select(names => names[1]).Distinct()];

    private string[] Files() => [.. Directory.EnumerateFiles(Store, "*", SearchOption.AllDirectories)
        .Select(file => $"{file} {File.GetLastWriteTimeUtc(file):O}").Order(StringComparer.Ordinal)];

    private async Task<JsonNode> RunAsync(string samples, params string[] arguments)
    {
        string[] epochs = arguments.Contains("--epochs") ? [] : ["--epochs", "1"];
        DaprHepCommand.Result run = await DaprHepCommand.RunAsync(
            ["run", samples, "--out", Path.Combine(_folder, $"out-{_runs++}"), "--store", Store, "--json", .. epochs, .. arguments]);
        run.ExitCode.ShouldBe(0, run.Error);
        return JsonNode.Parse(run.Output)!;
    }
}
