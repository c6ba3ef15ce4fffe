using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using DaprHep.Learning.Distributed;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;
using DaprHep.RankProgram;

namespace DaprHep.Learning.Tests.Distributed;

/// <summary>Training across ranks, each of them a real process with its own share of the events.</summary>
public sealed class RankTrainingTests : IDisposable
{
    private static readonly string[] Command = ["dotnet", RankProcesses.RankProcess.Program];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("daprhep-ranks-");

    /// <summary>Removes what the ranks have left.</summary>
    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_event_is_used_exactly_once_an_epoch(int ranks)
    {
        TrainingPlan[] plans =
        [
            new(Folder("a"), HlfModel.ModelName, Events: 100, Batch: 16, Epochs: 2),
            new(Folder("b"), HlfModel.ModelName, Events: 101, Batch: 10, Epochs: 2),
            new(Folder("c"), HlfModel.ModelName, Events: 7, Batch: 5, Epochs: 2),
            new(Folder("d"), InclusiveModel.ModelName, Events: 101, Batch: 16, Epochs: 2),
            new(Folder("e"), InclusiveModel.ModelName, Events: 7, Batch: 5, Epochs: 2),
        ];

        await Launch(ranks, plans);

        foreach (var plan in plans)
        {
            var used = new List<ulong>[plan.Epochs];
            for (var rank = 0; rank < ranks; rank++)
            {
                var (first, end) = new RankShare(rank, ranks).RowsOf(plan.Events);
                var epochs = await File.ReadAllLinesAsync(Path.Combine(plan.Folder, $"census-{rank}"));
                epochs.Length.ShouldBe(plan.Epochs);
                for (var epoch = 0; epoch < plan.Epochs; epoch++)
                {
                    var own = epochs[epoch].Split(' ', StringSplitOptions.RemoveEmptyEntries)
                        .Select(id => ulong.Parse(id, CultureInfo.InvariantCulture)).ToList();
                    own.ShouldAllBe(id => id >= (ulong)first && id < (ulong)end);
                    (used[epoch] ??= []).AddRange(own);
                }
            }

            foreach (var epoch in used)
                epoch.Order().ShouldBe(Enumerable.Range(0, plan.Events).Select(id => (ulong)id));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Ranks_go_through_the_losses_of_one_process_with_the_same_batches(int ranks)
    {
        // One batch an epoch holds all events, so that batches are the same whoever has which event.
        var narrow = new TrainingPlan(Folder("narrow"), HlfModel.ModelName, Events: 100, Batch: 102, Epochs: 8);
        TrainingPlan[] plans =
        [
            narrow,
            narrow with { Folder = Folder("wide"), Hidden = 100 * ranks },
            narrow with { Folder = Folder("torch"), ByLibTorch = true },
        ];

        var lines = await Launch(ranks, plans);

        foreach (var plan in plans)
        {
            var reports = new List<EpochReport>();
            TrainingLoop.Run(plan.Data(rows => (0, rows)), TrainingPlan.Classes, plan.Options, reports.Add).Model.Dispose();
            using var written = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(NewestCheckpoint(plan)));
            var epochs = written.RootElement.GetProperty("state").GetProperty("reports").EnumerateArray().ToArray();
            epochs.Length.ShouldBe(reports.Count);
            for (var i = 0; i < reports.Count; i++)
            {
                epochs[i].GetProperty("train_loss").GetDouble().ShouldBe(reports[i].TrainLoss, 1e-5);
                epochs[i].GetProperty("test_loss").GetDouble().ShouldBe(reports[i].TestLoss!.Value, 1e-5);
                epochs[i].GetProperty("test_accuracy").GetDouble().ShouldBe(reports[i].TestAccuracy!.Value, 0.02);
            }
        }

        lines.Count(line => line.StartsWith("step 3 loss ", StringComparison.Ordinal)).ShouldBe(plans.Length);
    }

    [Theory]
    [InlineData(HlfModel.ModelName, false)]
    [InlineData(InclusiveModel.ModelName, false)]
    [InlineData(InclusiveModel.ModelName, true)]
    public async Task Killed_ranks_go_on_to_the_same_weights_bit_by_bit(string model, bool byLibTorch)
    {
        var undisturbed = new TrainingPlan(Folder("undisturbed"), model, Events: 90, Batch: 8, Epochs: 6, ByLibTorch: byLibTorch);
        var killed = undisturbed with { Folder = Folder("killed"), Pause = 40 };

        await Launch(2, undisturbed);
        using (var store = RankStore.Keep("127.0.0.1"))
        using (var ranks = new RankProcesses(2, store.Port, keptByRank0: false, killed.Arguments))
        {
            await ranks.WrittenByRank0Async("step 6 ");
            ranks[0].Kill();
            ranks[1].Kill();
            await ranks.EndAsync();
        }

        File.Exists(Path.Combine(killed.Folder, "weights")).ShouldBeFalse();
        await Launch(2, killed with { Pause = 0 });

        Weights(killed).ShouldBe(Weights(undisturbed));
    }

    [Fact]
    public async Task A_lost_rank_ends_the_attempt_and_another_number_of_ranks_goes_on()
    {
        var plan = new TrainingPlan(Folder("lost"), HlfModel.ModelName, Events: 90, Batch: 9, Epochs: 20, Pause: 40);
        TimeSpan killed = default;

        var failure = await Should.ThrowAsync<RankFailedException>(() => Launch(3, plan, line =>
        {
            if (!line.StartsWith("step 3 ", StringComparison.Ordinal))
                return;
            using var victim = Process.GetProcessById(RanksOf(plan)[^1]);
            killed = Patience.Undisturbed;
            victim.Kill();
        }));

        (Patience.Undisturbed - killed).ShouldBeLessThan(TimeSpan.FromSeconds(10));
        failure.ExitCode.ShouldBe(137);
        failure.Message.ShouldStartWith($"Rank {failure.Rank} of 3 was ended by signal 9");
        failure.IsBadInput.ShouldBeFalse();
        failure.IsLost.ShouldBeTrue();

        await Launch(2, plan with { Pause = 0 });
        Weights(plan).Length.ShouldBePositive();
    }

    [Fact]
    public async Task A_rank_that_stands_still_is_lost_too()
    {
        var plan = new TrainingPlan(Folder("still"), HlfModel.ModelName, Events: 90, Batch: 9, Epochs: 10_000, Pause: 40);

        var failure = await Should.ThrowAsync<RankFailedException>(() => Launch(2, plan, line =>
        {
            if (!line.StartsWith("step 3 ", StringComparison.Ordinal))
                return;
            using var stop = Process.Start("kill", ["-STOP", RanksOf(plan)[^1].ToString(CultureInfo.InvariantCulture)]);
            stop.WaitForExit();
        }));

        failure.IsLost.ShouldBeTrue(failure.Message);
        RanksOf(plan).ShouldBeEmpty();
    }

    [Fact]
    public async Task Cancelled_ranks_leave_a_checkpoint_and_no_process()
    {
        var plan = new TrainingPlan(Folder("cancelled"), HlfModel.ModelName, Events: 90, Batch: 9, Epochs: 50, Pause: 40);
        using var cancel = new CancellationTokenSource();

        await Should.ThrowAsync<OperationCanceledException>(() => new LocalProcesses(Command).RunAsync(
            new RankLaunch(2, plan.Arguments) { Output = _ => cancel.Cancel() }, cancel.Token));

        RanksOf(plan).ShouldBeEmpty();
        File.Exists(NewestCheckpoint(plan)).ShouldBeTrue();
    }

    [Fact]
    public async Task Ranks_end_when_their_launcher_is_killed()
    {
        var plan = new TrainingPlan(Folder("orphans"), HlfModel.ModelName, Events: 90, Batch: 9, Epochs: 10_000, Pause: 40);
        using var launcher = Process.Start(new ProcessStartInfo("dotnet", [RankProcesses.RankProcess.Program, "launch", .. plan.Arguments])
        {
            RedirectStandardOutput = true,
        })!;
        (await launcher.StandardOutput.ReadLineAsync()).ShouldStartWith("step 3 ");
        RanksOf(plan).Count.ShouldBe(2);

        launcher.Kill();

        for (var waited = 0; RanksOf(plan).Count > 0; waited++)
        {
            waited.ShouldBeLessThan(200, "ranks outlive their launcher");
            await Task.Delay(100);
        }
    }

    [Fact]
    public async Task Bad_input_is_told_from_failure()
    {
        var plan = new TrainingPlan(Folder("bad"), "oracle", Events: 90, Batch: 9, Epochs: 1);

        var failure = await Should.ThrowAsync<RankFailedException>(() => Launch(2, plan));

        failure.IsBadInput.ShouldBeTrue();
        failure.IsLost.ShouldBeFalse();
        failure.Message.ShouldContain("There is no model 'oracle'");
    }

    private static Task<IReadOnlyList<string>> Launch(int ranks, params TrainingPlan[] plans) => Launch(ranks, plans, null);

    private static Task<IReadOnlyList<string>> Launch(int ranks, TrainingPlan plan, Action<string> output) => Launch(ranks, [plan], output);

    private static async Task<IReadOnlyList<string>> Launch(int ranks, TrainingPlan[] plans, Action<string>? output)
    {
        var lines = new List<string>();
        await new LocalProcesses(Command).RunAsync(new RankLaunch(ranks, TrainingPlan.ArgumentsOf(plans))
        {
            Output = line =>
            {
                lines.Add(line);
                output?.Invoke(line);
            },
        });
        return lines;
    }

    private static float[] Weights(TrainingPlan plan) =>
        MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(plan.Folder, "weights"))).ToArray();

    private static string NewestCheckpoint(TrainingPlan plan) => new DirectoryInfo(Path.Combine(plan.Folder, "checkpoints"))
        .GetFiles("*.json").MaxBy(file => file.LastWriteTimeUtc)!.FullName;

    /// <summary>Processes whose arguments are the plan's, but for launchers.</summary>
    private static List<int> RanksOf(TrainingPlan plan)
    {
        var ranks = new List<int>();
        foreach (var process in new DirectoryInfo("/proc").GetDirectories())
        {
            try
            {
                if (!int.TryParse(process.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                    continue;
                var command = File.ReadAllText(Path.Combine(process.FullName, "cmdline"));
                if (command.Contains(plan.Folder, StringComparison.Ordinal) && !command.Contains("\0launch\0", StringComparison.Ordinal))
                    ranks.Add(id);
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        return ranks;
    }

    private string Folder(string name) => _folder.CreateSubdirectory(name).FullName;
}
