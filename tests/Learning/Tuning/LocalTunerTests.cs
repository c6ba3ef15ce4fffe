using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;
using DaprHep.Learning.Tuning;

namespace DaprHep.Learning.Tests.Tuning;

public sealed class LocalTunerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-tuning-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_trial_halted_at_rungs_becomes_what_one_trained_in_one_go_does()
    {
        var halted = await TuneAsync("halted", new() { Model = "hlf", Algorithm = TuningAlgorithm.Asha, Trials = 9, Epochs = 9 });
        var best = halted.Trials.First(trial => trial.State == TrialState.Completed);
        best.Rungs.Count.ShouldBe(3);
        var straight = await TuneAsync("straight", new() { Model = "hlf", Algorithm = TuningAlgorithm.Random, Trials = 9, Epochs = 9 });
        var same = straight.Trials.Single(trial => trial.Parameters.Equals(best.Parameters));
        best.Rungs[^1].Folds[0].Loss.ShouldBe(same.Rungs[^1].Folds[0].Loss);
        best.Rungs[^1].Auc.ShouldBe(same.Auc);
        Directory.Exists(Path.Combine(_folder, "halted", "checkpoints")).ShouldBeFalse();
    }

    [Fact]
    public async Task Trials_in_parallel_have_the_results_they_have_alone()
    {
        var options = new StudyOptions { Model = "hlf", Algorithm = TuningAlgorithm.Random, Trials = 6, Epochs = 2, Folds = 2 };
        var alone = await TuneAsync("alone", options);
        var together = await TuneAsync("together", options, places: 4);
        together.Trials.Select(trial => trial.Auc).ShouldBe(alone.Trials.Select(trial => trial.Auc));
        together.EpochsSpent.ShouldBe(6 * 2 * 2);
    }

    [Fact]
    public async Task A_search_that_was_interrupted_goes_on_and_comes_to_the_same_end()
    {
        var options = new StudyOptions { Model = "hlf", Algorithm = TuningAlgorithm.Asha, Trials = 9, Epochs = 9 };
        var whole = await TuneAsync("whole", options);
        using var stop = new CancellationTokenSource();
        var results = 0;
        await Should.ThrowAsync<OperationCanceledException>(
            () => TuneAsync("cut", options, progress: () => { if (++results == 5) stop.Cancel(); }, cancellation: stop.Token));
        var file = await File.ReadAllBytesAsync(Path.Combine(_folder, "cut", LocalTuner.TrialsName));
        var study = Study.Continue(file, "trials.json", options, Space());
        study.Trials.Sum(trial => trial.Rungs.Count(rung => rung.Auc is not null)).ShouldBeGreaterThanOrEqualTo(5);
        await new LocalTuner(study, Folds(options), 3, Path.Combine(_folder, "cut")).RunAsync(1, 1);
        study.Trials.SelectMany(trial => trial.Rungs).Select(rung => rung.Auc)
            .ShouldBe(whole.Trials.SelectMany(trial => trial.Rungs).Select(rung => rung.Auc));
    }

    [Fact]
    public async Task A_trial_that_diverges_is_bad_and_the_search_goes_on()
    {
        var options = new StudyOptions { Model = "hlf", Algorithm = TuningAlgorithm.Grid, Epochs = 2 };
        var study = new Study(options, SearchSpaceReader.Read("learning_rate: {choice: [1000, 0.01]}\nhidden: [200, 200, 200, 200]", "s"));
        var events = HlfSamples.Load().Train;
        var wild = new LabelledEvents(events.Features.ToArray().Select(x => x * 1e18f).ToArray(), events.Labels, 14);
        await new LocalTuner(study, new TrainingFolds(wild, 3, 1), 3, _folder).RunAsync(1, 1);
        study.Trials[0].State.ShouldBe(TrialState.Failed);
        study.Trials[0].Failure.ShouldNotBeNull().ShouldContain("diverged");
        study.IsDone.ShouldBeTrue();
    }

    [Fact]
    public async Task A_search_may_choose_among_ways_to_train()
    {
        var options = new StudyOptions
        {
            Model = "hlf", Algorithm = TuningAlgorithm.Grid, Epochs = 40,
            Training = HyperParameters.Parse(["hidden=[8]", "schedule=constant"]),
        };
        const string Space = """
            mirror: {choice: [true, false]}
            class_weights: {choice: [equal, balanced, [1, 2, 3]]}
            patience: 1
            """;
        var study = new Study(options, SearchSpaceReader.Read(Space, "s"));
        var (features, labels) = (HlfSamples.Load().Train.Features, HlfSamples.Load().Train.Labels);
        var scaling = Enumerable.Range(0, 14)
            .Select(k => new FeatureScaling(k switch { 2 => "PhiMET", 7 => "LepEta", 8 => "LepPhi", _ => $"{k}" }, -1, 1)).ToArray();
        var events = new LabelledEvents(features, labels, 14) { Scaling = scaling };

        await new LocalTuner(study, new TrainingFolds(events, 3, 1), 3, _folder).RunAsync(places: 2, threads: 1);

        study.Trials.Count.ShouldBe(6);
        study.Trials.Select(trial => trial.Auc).Distinct().Count().ShouldBe(6, "each way to train leads elsewhere");
        var file = await File.ReadAllBytesAsync(Path.Combine(_folder, LocalTuner.TrialsName));
        Study.Continue(file, "trials.json", options, study.Space).IsDone.ShouldBeTrue();
        Should.Throw<StudyFormatException>(() => Study.Continue(file, "trials.json", options with { Training = null }, study.Space));
    }

    [Fact]
    public void Every_event_is_held_back_in_just_one_fold_wherever_it_stands()
    {
        var events = HlfSamples.Load().Train;
        var ids = Enumerable.Range(0, events.Count).Select(i => (ulong)i * 0x9E3779B97F4A7C15).ToArray();
        var folds = new TrainingFolds(new LabelledEvents(events.Features, events.Labels, 14) { Ids = ids }, 3, 4);
        var held = Enumerable.Range(0, 4).Select(fold => folds.Of(fold).Test.Ids.ToArray()).ToArray();
        held.SelectMany(part => part).Order().ShouldBe(ids.Order());
        for (var fold = 0; fold < 4; fold++)
        {
            folds.Of(fold).Train.Ids.ToArray().Concat(held[fold]).Order().ShouldBe(ids.Order());
            held[fold].Length.ShouldBeInRange(events.Count / 6, events.Count / 3);
        }

        var reversed = Enumerable.Range(0, events.Count).Reverse().ToArray();
        var turned = new TrainingFolds(new LabelledEvents(events.Features, events.Labels, 14) { Ids = ids }.Select(reversed), 3, 4);
        turned.Of(2).Test.Ids.ToArray().Order().ShouldBe(held[2].Order());
    }

    [Fact]
    public void A_fold_without_events_of_a_class_is_named()
    {
        var few = HlfSamples.Load().Train.Select([0, 1, 2]);
        Should.Throw<TrainingDataException>(() => new TrainingFolds(few, 3, 2).Of(0)).Message
            .ShouldStartWith("Fold 0 of 2 has no events of class");
    }

    private static SearchSpace Space() => SearchSpaceReader.Read(
        "hidden: [{choice: [5, 10, 20]}]\nlearning_rate: {loguniform: [1e-3, 1e-1]}\nschedule: cosine", "s");

    private static TrainingFolds Folds(StudyOptions options) => new(HlfSamples.Load().Train, 3, options.Folds);

    private async Task<Study> TuneAsync(
        string name, StudyOptions options, int places = 1, Action? progress = null, CancellationToken cancellation = default)
    {
        var study = new Study(options, Space());
        var tuner = new LocalTuner(study, Folds(options), 3, Path.Combine(_folder, name));
        await tuner.RunAsync(places, 1, _ => progress?.Invoke(), cancellation);
        return study;
    }
}
