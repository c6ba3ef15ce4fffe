using System.Security.Cryptography;
using DaprHep.Data.Objects;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Checkpoints;
using DaprHep.Learning.Models;
using DaprHep.Learning.Tests.Models.Recurrent;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tests.Checkpoints;

public sealed class CheckpointTests : IDisposable
{
    private const string Prefix = "checkpoints";

    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-checkpoints-").FullName;
    private readonly List<string> _log = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("hlf", 1)]
    [InlineData("sequence", 1)]
    [InlineData("inclusive", 1)]
    [InlineData("inclusive", 3)]
    [InlineData("lstm", 1)]
    public void An_interrupted_training_ends_with_the_weights_of_an_undisturbed_one(string model, int threads)
    {
        var options = Options(model) with { Patience = 3, ValidationShare = 0.2, BalanceClasses = true, Mirror = true };
        var data = Events();
        var (expected, expectedReports) = Finish(data, options, null);

        var random = new SeededRandom(11, SeededRandom.Stream.Bootstrap, threads);
        var interruptions = 0;
        for (var left = 12; left > 0; left--)
        {
            if (!Interrupt(data, options with { Threads = 1 + left % threads }, afterSteps: random.NextBelow(5)))
                break;
            interruptions++;
        }

        var (weights, reports) = Finish(data, options with { Threads = threads }, Store());
        interruptions.ShouldBeGreaterThan(5);
        weights.ShouldBe(expected);
        reports.Select(Untimed).ShouldBe(expectedReports.Select(Untimed));
    }

    [Fact]
    public void A_training_that_pauses_goes_on_as_if_it_had_not()
    {
        var options = Options("inclusive") with { CheckpointEvery = 0 };
        var (expected, _) = Finish(Events(), options, null);
        var (_, reports) = Finish(Events(), options with { PauseAfter = 2 }, Store());
        reports.Count.ShouldBe(2);
        Finish(Events(), options with { PauseAfter = 5 }, Store()).Reports.Count.ShouldBe(5);
        Finish(Events(), options, Store()).Weights.ShouldBe(expected);
    }

    [Fact]
    public void A_finished_training_is_there_again_without_a_step()
    {
        var (expected, _) = Finish(Events(), Options("hlf"), Store());
        var steps = 0;
        var progress = new TrainingProgress { Step = _ => steps++ };
        using var again = TrainingLoop.Run(Events(), 3, Options("hlf") with { LogEvery = 1 }, progress, Store()).Model;
        DigestOf(again).ShouldBe(expected);
        steps.ShouldBe(0);
    }

    [Fact]
    public async Task Deleted_checkpoints_leave_nothing_and_training_begins_anew()
    {
        var (expected, _) = Finish(Events(), Options("hlf"), Store());
        (await Store().AnyAsync(TestContext.Current.CancellationToken)).ShouldBeTrue();

        await Store().DeleteAsync(TestContext.Current.CancellationToken);
        await Store().DeleteAsync(TestContext.Current.CancellationToken);

        Directory.EnumerateFileSystemEntries(_folder, "*", SearchOption.AllDirectories).ShouldBeEmpty();
        _log.Clear();
        Finish(Events(), Options("hlf"), Store()).Weights.ShouldBe(expected);
        _log.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("safetensors", 500)]
    [InlineData("json", 200)]
    public void A_damaged_checkpoint_is_passed_over_for_the_one_before_it(string kind, int at)
    {
        var options = Options("inclusive");
        var (expected, _) = Finish(Events(), options, null);
        Interrupt(Events(), options, afterSteps: 15).ShouldBeTrue();
        var newest = Newest(kind);
        var content = File.ReadAllBytes(newest);
        content[at] ^= 0x40;
        File.WriteAllBytes(newest, content);

        var (weights, _) = Finish(Events(), options, Store());
        weights.ShouldBe(expected);
        _log.ShouldContain(line => line.StartsWith($"{Prefix}/{Path.GetFileNameWithoutExtension(newest)} in ", StringComparison.Ordinal)
            && line.Contains("is damaged", StringComparison.Ordinal));
        _log.ShouldContain(line => line.StartsWith("going on from", StringComparison.Ordinal));
    }

    [Fact]
    public void A_checkpoint_cut_short_is_passed_over()
    {
        Interrupt(Events(), Options("hlf"), afterSteps: 15).ShouldBeTrue();
        var newest = Newest("safetensors");
        File.WriteAllBytes(newest, File.ReadAllBytes(newest)[..100]);
        Finish(Events(), Options("hlf"), Store());
        _log.ShouldContain(line => line.Contains("was not finished", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_sound_checkpoint_training_starts_anew()
    {
        var (expected, _) = Finish(Events(), Options("hlf"), null);
        Interrupt(Events(), Options("hlf"), afterSteps: 15).ShouldBeTrue();
        foreach (var file in Directory.EnumerateFiles(_folder, "*.json", SearchOption.AllDirectories))
            File.WriteAllText(file, "{");
        var (weights, _) = Finish(Events(), Options("hlf"), Store());
        weights.ShouldBe(expected);
    }

    [Fact]
    public void The_last_checkpoints_are_kept_and_no_more()
    {
        Finish(Events(), Options("hlf"), Store());
        Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Count().ShouldBe(2 * (CheckpointStore.Kept + 1));
    }

    [Fact]
    public void Checkpoints_of_another_training_are_refused_with_what_differs()
    {
        Finish(Events(), Options("hlf"), Store());
        ShouldRefuse(Options("inclusive"), Events(), "has model \"hlf\", not \"inclusive\"");
        ShouldRefuse(Options("hlf") with { Epochs = 5 }, Events(), "has epochs 6, not 5");
        ShouldRefuse(Options("hlf") with { Seed = 2 }, Events(), "has seed 1, not 2");
        ShouldRefuse(Options("hlf"), Events(seed: 2), "is of other events");
        ShouldRefuse(Options("hlf") with { ClassWeights = [1, 2, 1] }, Events(), "has class weights []");

        void ShouldRefuse(TrainingOptions options, TrainingData data, string reason)
        {
            var message = Should.Throw<CheckpointMismatchException>(() => Finish(data, options, Store())).Message;
            message.ShouldContain("checkpoint of another training");
            message.ShouldContain(reason);
        }
    }

    [Fact]
    public void How_a_training_is_watched_and_kept_is_no_part_of_what_it_is()
    {
        Interrupt(Events(), Options("inclusive"), afterSteps: 7).ShouldBeTrue();
        Finish(Events(), Options("inclusive") with { Threads = 2, CheckpointEvery = 0, LogEvery = 9 }, Store());
    }

    [Fact]
    public void A_training_that_diverges_names_its_last_good_checkpoint()
    {
        var events = Events();
        var features = events.Train.Features.ToArray().Select(feature => feature * 1e18f).ToArray();
        var wild = events with { Train = new LabelledEvents(features, events.Train.Labels, ToySequences.Features) };
        var options = Options("hlf") with { LearningRate = 1e20, CheckpointEvery = 1 };
        var diverged = Should.Throw<TrainingDivergedException>(() => TrainingLoop.Run(wild, 3, options, new TrainingProgress(), Store()));
        diverged.Message.ShouldContain("The last good checkpoint is checkpoints/checkpoint-");
    }

    private static TrainingOptions Options(string model) =>
        new() { Model = model, Epochs = 6, BatchSize = 16, CheckpointEvery = 2, LearningRate = 1e-2 };

    private static TrainingData Events(int seed = 1)
    {
        var events = ToySequences.Draw(ToySequences.Lengths(70, 1, 9, seed), seed);
        return new TrainingData(
            new LabelledEvents(events.Features, events.Labels, events.FeatureCount, events.Particles)
            {
                Ids = events.Ids, Scaling = [new("LepEta", -2, 2), new("LepPhi", -3, 3), new("PhiMET", -3, 3)],
            },
            ToySequences.Draw(ToySequences.Lengths(20, 1, 9, 3), 3));
    }

    private static (string Weights, IReadOnlyList<EpochReport> Reports) Finish(
        TrainingData data, TrainingOptions options, CheckpointStore? checkpoints)
    {
        var outcome = TrainingLoop.Run(data, 3, options, new TrainingProgress(), checkpoints);
        using var model = outcome.Model;
        return (DigestOf(model), outcome.Epochs);
    }

    private static string DigestOf(Classifier model) =>
        Convert.ToHexStringLower(SHA256.HashData(SafetensorsWriter.Write(model.ExportWeights())));

    /// <summary>Trains for some steps and is then thrown out of the loop, as abruptly as a process can be without dying.</summary>
    /// <returns>False where the training ended before.</returns>
    private bool Interrupt(TrainingData data, TrainingOptions options, int afterSteps)
    {
        var steps = 0;
        var progress = new TrainingProgress { Step = _ => { if (steps++ == afterSteps) throw new TimeoutException(); } };
        try
        {
            TrainingLoop.Run(data, 3, options with { LogEvery = 1 }, progress, Store()).Model.Dispose();
            return false;
        }
        catch (TimeoutException)
        {
            return true;
        }
    }

    private CheckpointStore Store() => new(ObjectStore.Open(_folder), Prefix, _log.Add);

    private string Newest(string kind) =>
        Directory.EnumerateFiles(Path.Combine(_folder, Prefix), $"*.{kind}").MaxBy(File.GetLastWriteTimeUtc)!;

    private static EpochReport Untimed(EpochReport report) => report with { EventsPerSecond = 0 };
}
