using System.Diagnostics;
using System.Text.Json.Nodes;
using DaprHep.Learning.Models.Torch;

namespace DaprHep.EndToEnd.Tests;

/// <summary>The <c>train</c> command: from shards to a model, through kills.</summary>
public sealed class TrainTests(TrainTests.Shards shards) : IClassFixture<TrainTests.Shards>, IDisposable
{
    private const int MostLate = 10;

    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-train-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("hlf", 200, 1, 4)]
    [InlineData("inclusive", 4, 1, 12)]
    [InlineData("lstm", 3, 1, 4)]
    [InlineData("hlf", 60, 2, 4)]
    [InlineData("inclusive", 4, 2, 3)]
    public async Task A_training_killed_with_all_its_processes_at_random_moments_ends_with_the_same_model(
        string model, int epochs, int ranks, int kills)
    {
        string[] training =
        [
            "train", shards.Run, "--model", model, "--epochs", $"{epochs}", "--batch", "16", "--patience", $"{epochs}",
            "--ranks", $"{ranks}",
        ];
        string undisturbed = Path.Combine(_folder, "undisturbed"), killed = Path.Combine(_folder, "killed");
        await Succeed([.. training, "--out", undisturbed]);

        // On a machine that is slow to send the signal, a training may end before it comes. That one must have the same model, too, and
        // another goes through the kills that are left.
        var random = new Random(20);
        for (int kill = 0, late = 0; kill < kills;)
        {
            DaprHepCommand.Result result = await DaprHepCommand.RunAsync(
                process => KillAfterCheckpoints(process, killed, random.Next(3), random.Next(20)),
                [.. training, "--out", killed, "--resume", "--checkpoint-every", "1", "--threads", $"{1 + kill % 2}"]);
            await RankProcesses.WaitForNoneAsync(killed);
            if (CheckpointsIn(killed).Length == 0)
            {
                (++late).ShouldBeLessThan(MostLate, $"trainings end before they are killed: {result.Error}");
                Bytes(killed).ShouldBe(Bytes(undisturbed));
                Directory.Delete(killed, recursive: true);
                continue;
            }
            result.ExitCode.ShouldBe(137, result.Error);
            kill++;
        }

        // As a process leaves it that is killed while it writes a checkpoint.
        await File.WriteAllTextAsync(Path.Combine(killed, "checkpoints", "checkpoint-0.safetensors.0af2.partial"), "half of it");
        string said = await Succeed([.. training, "--out", killed, "--resume"]);
        said.ShouldContain("going on from checkpoints/checkpoint-");
        Bytes(killed).ShouldBe(Bytes(undisturbed));
        Losses(killed).ShouldBe(Losses(undisturbed));
        CheckpointsIn(undisturbed).ShouldBeEmpty();
        CheckpointsIn(killed).ShouldBeEmpty("they are of no more use");
        Directory.GetFiles(killed, "*.partial", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Ranks_train_the_same_model_every_time_though_one_is_lost()
    {
        string[] training =
        [
            "train", shards.Run, "--model", "hlf", "--epochs", "100", "--batch", "16", "--ranks", "2",
        ];
        string undisturbed = Path.Combine(_folder, "undisturbed"), lost = Path.Combine(_folder, "lost");
        await Succeed([.. training, "--out", undisturbed]);

        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(
            _ => RankProcesses.KillAfterCheckpointAsync(Path.Combine(lost, "checkpoints"), lost),
            [.. training, "--out", lost, "--checkpoint-every", "5"]);

        result.ExitCode.ShouldBe(0, result.Error);
        result.Error.ShouldContain("of 2 was ended by signal 9");
        Bytes(lost).ShouldBe(Bytes(undisturbed));
        await Refuse(3, "one process", "train", shards.Run, "--model", "trees", "--ranks", "2", "--out", Path.Combine(_folder, "trees"));
    }

    [Fact]
    public async Task A_trained_model_is_evaluated_and_its_folder_is_a_dataset_to_train_on()
    {
        string first = Path.Combine(_folder, "first"), second = Path.Combine(_folder, "second");
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(
            "train", Path.Combine(shards.Run, "store"), "--model", "hlf", "--epochs", "40", "--schedule", "one-cycle", "--lr", "0.01",
            "--class-weights", "balanced", "--out", first, "--json");
        result.ExitCode.ShouldBe(0, result.Error);
        JsonNode summary = JsonNode.Parse(result.Output)!;
        summary["epochs"]!.GetValue<int>().ShouldBe(40);
        summary["metrics"]!["accuracy"]!.GetValue<double>().ShouldBeGreaterThan(0.7);
        string[] files = ["report.html", "metrics.json", "curves.json", "run.json", "model/model.json", "model/training.json"];
        files.ShouldAllBe(name => File.Exists(Path.Combine(first, name)));
        await Succeed(["train", first, "--model", "hlf", "--epochs", "1", "--set", "hidden=[8]", "--out", second]);
    }

    [Fact]
    public async Task What_cannot_be_trained_is_refused_in_one_line()
    {
        string output = Path.Combine(_folder, "out");
        await Refuse(3, "oracle", "train", shards.Run, "--model", "oracle", "--out", output);
        await Refuse(3, "no dataset", "train", _folder, "--model", "hlf", "--out", output);
        await Refuse(3, "or a list of 3 numbers from", "train", shards.Run, "--model", "hlf", "--class-weights", "1,2", "--out", output);
        await Refuse(3, "depth", "train", shards.Run, "--model", "hlf", "--set", "depth=3", "--out", output);
        await Refuse(2, "--lr", "train", shards.Run, "--model", "hlf", "--lr", "-1", "--out", output);
        await Refuse(2, "--class-weights", "train", shards.Run, "--model", "hlf", "--class-weights", "1,x,2", "--out", output);
        await Refuse(
            2, "--ranks 65: expected a whole number from 1 to 64", "train", shards.Run, "--model", "hlf", "--ranks", "65", "--out", output);
        await Refuse(
            3, "A batch of 4 events cannot be divided among 8 ranks", "train", shards.Run, "--model", "hlf", "--ranks", "8", "--batch", "4",
            "--out", output);
        await Refuse(
            2, "--set epochs=3: another option gives epochs too", "train", shards.Run, "--model", "hlf", "--epochs", "2",
            "--set", "epochs=3", "--out", output);
        Directory.Exists(output).ShouldBeFalse("a partial OUT was left behind");

        await Succeed(["train", shards.Run, "--model", "hlf", "--epochs", "2", "--out", output]);
        await Refuse(3, "--resume", "train", shards.Run, "--model", "hlf", "--epochs", "2", "--out", output);
        await Refuse(
            3, "model of another training: it has model hlf, not inclusive",
            "train", shards.Run, "--model", "inclusive", "--epochs", "2", "--out", output, "--resume");
        await Refuse(3, "has epochs 2, not 3", "train", shards.Run, "--model", "hlf", "--epochs", "3", "--out", output, "--resume");
        await Refuse(
            3, "has hidden [50,20,10], not [5]", "train", shards.Run, "--model", "hlf", "--epochs", "2", "--set", "hidden=[5]",
            "--out", output, "--resume");
        await Refuse(
            3, "has max gradient norm none, not 4", "train", shards.Run, "--model", "hlf", "--epochs", "2", "--max-gradient-norm", "4",
            "--out", output, "--resume");
        await Succeed(["train", shards.Run, "--model", "hlf", "--epochs", "2", "--out", output, "--resume"]);
        await Refuse(
            4, "Training diverged", "train", shards.Run, "--model", "hlf", "--lr", "1000",
            "--set", "hidden=[200,200,200,200,200,200,200,200]", "--out", Path.Combine(_folder, "diverged"));
    }

    [Fact]
    public async Task A_gpu_that_is_not_there_is_refused_before_anything_is_written()
    {
        string output = Path.Combine(_folder, "gpu");
        string[] training = ["train", shards.Run, "--model", "hlf", "--epochs", "1", "--out", output];
        if (CudaDevice.Obstacle is { } obstacle)
        {
            string space = Path.Combine(_folder, "space.yaml");
            await File.WriteAllTextAsync(space, "batch: {choice: [32, 64]}");
            string said = $"device cuda cannot be used: {obstacle}";
            await Refuse(3, said, [.. training, "--device", "cuda"]);
            await Refuse(3, said, "tune", shards.Run, "--model", "hlf", "--space", space, "--device", "cuda", "--out", output);
            await Refuse(3, said, "run", Repository.Samples, "--device", "cuda", "--out", output);
        }
        await Refuse(3, "mixed precision is for GPUs alone", [.. training, "--amp"]);
        await Refuse(2, "'tpu'", [.. training, "--device", "tpu"]);
        Directory.Exists(output).ShouldBeFalse();
    }

    private static async Task<string> Succeed(string[] arguments)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(arguments);
        result.ExitCode.ShouldBe(0, result.Error);
        return result.Error;
    }

    private static async Task Refuse(int exitCode, string mention, params string[] arguments)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(arguments);
        result.ExitCode.ShouldBe(exitCode, result.Error);
        string[] lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Single(line => line.StartsWith("daprhep: ", StringComparison.Ordinal)).ShouldContain(mention);
    }

    /// <summary>Sends SIGKILL to the process and its ranks a moment after some checkpoints, however fast the machine is.</summary>
    private static async Task KillAfterCheckpoints(Process process, string output, int checkpoints, int milliseconds)
    {
        string folder = Path.Combine(output, "checkpoints");
        DateTime last = Newest();
        for (int seen = 0; seen <= checkpoints && !process.HasExited;)
        {
            await Task.Delay(1);
            if (Newest() is var now && now > last)
                (last, seen) = (now, seen + 1);
        }
        await Task.Delay(milliseconds);
        process.Kill(entireProcessTree: true);

        DateTime Newest() => Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.json").Select(File.GetLastWriteTimeUtc).DefaultIfEmpty().Max()
            : default;
    }

    /// <summary>Without what a killed process was about to write.</summary>
    private static string[] CheckpointsIn(string output) => Directory.Exists(Path.Combine(output, "checkpoints"))
        ? [.. Directory.GetFiles(Path.Combine(output, "checkpoints")).Where(path => !path.EndsWith(".partial", StringComparison.Ordinal))]
        : [];

    private static byte[] Bytes(string output) => File.ReadAllBytes(Path.Combine(output, "model", "model.safetensors"));

    /// <summary>What was reported after each epoch, but for the speed.</summary>
    private static string[] Losses(string output)
    {
        JsonArray epochs = JsonNode.Parse(File.ReadAllBytes(Path.Combine(output, "model", "training.json")))!["epochs"]!.AsArray();
        foreach (JsonNode? epoch in epochs)
            epoch!.AsObject().Remove("events_per_second").ShouldBeTrue();
        return [.. epochs.Select(epoch => epoch!.ToJsonString())];
    }

    /// <summary>A run over a part of the samples, whose shards all tests train on.</summary>
    public sealed class Shards : IAsyncLifetime
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-shards-").FullName;

        public string Run => Path.Combine(_folder, "run");

        public async ValueTask InitializeAsync()
        {
            DaprHepCommand.Result result = await DaprHepCommand.RunAsync(
                "run", Repository.Samples, "--epochs", "1", "--max-events", "300", "--out", Run);
            result.ExitCode.ShouldBe(0, result.Error);
        }

        public ValueTask DisposeAsync()
        {
            Directory.Delete(_folder, recursive: true);
            return ValueTask.CompletedTask;
        }
    }
}
