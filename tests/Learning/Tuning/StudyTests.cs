using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DaprHep.Learning.Models;
using DaprHep.Learning.Tuning;

namespace DaprHep.Learning.Tests.Tuning;

public class StudyTests
{
    [Fact]
    public void Options_that_say_nothing_unusual_name_the_study_that_they_have_always_named() =>
        JsonSerializer.Serialize(new StudyOptions { Model = "hlf", Algorithm = TuningAlgorithm.Asha }).ShouldBe(
            """{"Model":"hlf","Dataset":null,"Algorithm":3,"Trials":null,"Epochs":50,"Folds":1,"Seed":1,"Patience":0,"Reduction":3,"Rungs":null}""");

    private static readonly string Grid = File.ReadAllText(Path.Combine(Repository.Samples, "spaces", "published-grid.yaml"));

    private const string Smooth =
        "learning_rate: {loguniform: [1e-4, 1]}\nmax_gradient_norm: {uniform: [1, 2]}\nbatch: {choice: [32, 64, 128]}";

    [Fact]
    public void A_grid_tries_every_point_once_for_as_long_as_the_point_says()
    {
        var study = New(Grid, TuningAlgorithm.Grid);
        SimulatedTuner.Drive(study, places: 7);
        study.IsDone.ShouldBeTrue();
        study.Trials.Count.ShouldBe(243);
        study.Trials.Select(trial => trial.Parameters).Distinct().Count().ShouldBe(243);
        study.Trials.ShouldAllBe(trial => trial.State == TrialState.Completed && trial.Rungs.Count == 1);
        study.EpochsSpent.ShouldBe(81 * (10 + 30 + 50));
        study.Trials[1].Parameters.ToString().ShouldBe(
            """{"batch":64,"epochs":30,"hidden":[50,20,10],"learning_rate":0.001,"schedule":"constant"}""");
    }

    [Fact]
    public void Random_points_of_a_space_that_can_be_counted_come_once_each()
    {
        var study = New(Grid, TuningAlgorithm.Random, trials: 500);
        SimulatedTuner.Drive(study, places: 3);
        study.Trials.Select(trial => trial.Parameters).Distinct().Count().ShouldBe(243);
        study.Trials.Select(trial => trial.Parameters).Take(20)
            .ShouldNotBe(New(Grid, TuningAlgorithm.Grid).Propose(20).Select(run => run.Parameters));
    }

    [Fact]
    public void Parzen_estimators_close_in_on_the_best_point()
    {
        double[] best = [0, 0];
        foreach (var (algorithm, i) in new[] { (TuningAlgorithm.Random, 0), (TuningAlgorithm.Tpe, 1) })
        {
            for (ulong seed = 0; seed < 20; seed++)
            {
                var study = New(Smooth, algorithm, trials: 60, seed: seed);
                SimulatedTuner.Drive(study, places: 1, Peak);
                best[i] += Distance(study.Best!.Parameters) / 20;
            }
        }

        best[1].ShouldBeLessThan(0.6 * best[0]);

        static double Peak(HyperParameters parameters, int epochs) => 1 - Distance(parameters);

        static double Distance(HyperParameters p) => Math.Abs(Math.Log10(p.Real("learning_rate")) + 2.5) / 4
            + Math.Abs(p.Real("max_gradient_norm") - 1.3) + (p.Whole("batch") == 64 ? 0 : 0.2);
    }

    [Fact]
    public void Halving_trains_most_trials_for_a_little_and_the_best_to_the_end()
    {
        var study = New("learning_rate: {loguniform: [1e-4, 1]}\nepochs: 54", TuningAlgorithm.Asha, trials: 81);
        SimulatedTuner.Drive(study, places: 1, (p, epochs) => 1 - Math.Abs(Math.Log10(p.Real("learning_rate")) + 2) / 4 - 1.0 / epochs);
        study.Trials[0].Rungs[0].Epochs.ShouldBe(2);
        study.Trials.Max(trial => trial.Rungs.Count).ShouldBe(4);
        study.Best!.State.ShouldBe(TrialState.Completed);
        study.Best.Rungs.Select(rung => rung.Epochs).ShouldBe([2, 6, 18, 54]);
        study.Best.Parameters.Real("learning_rate").ShouldBe(1e-2, 2e-3);
        study.EpochsSpent.ShouldBeLessThan(81 * 54 / 4);
        var reached = Enumerable.Range(0, 4).Select(rung => study.Trials.Count(trial => trial.Rungs.Count > rung)).ToArray();
        reached[0].ShouldBe(81);
        reached[1].ShouldBeInRange(27, 40);
    }

    [Fact]
    public void A_trial_that_was_best_before_its_end_is_trained_to_there()
    {
        var study = New("learning_rate: {loguniform: [1e-4, 1]}\nepochs: 54", TuningAlgorithm.Asha, trials: 27);
        SimulatedTuner.Drive(study, places: 1, (p, epochs) => 0.9 + 0.01 * p.Real("learning_rate") - 0.001 * Math.Abs(epochs - 18));
        study.Best!.State.ShouldBe(TrialState.Completed);
        study.BestParameters.ShouldBe(study.Best.Parameters.With("stop_after", 18));
    }

    [Fact]
    public void The_best_parameters_say_how_long_to_train()
    {
        var study = New(Smooth, TuningAlgorithm.Random, trials: 3);
        study.BestParameters.ShouldBeNull();
        SimulatedTuner.Drive(study, places: 1);
        study.BestParameters.ShouldBe(study.Best!.Parameters.With("epochs", 50));
    }

    [Fact]
    public void A_study_may_go_on_with_more_trials_but_not_with_another_space_or_seed()
    {
        var study = New(Smooth, TuningAlgorithm.Asha, trials: 5);
        SimulatedTuner.Drive(study, places: 2);
        var file = study.Write();
        var options = study.Options with { Rungs = null, Trials = 30 };
        var more = Study.Continue(file, "trials.json", options, SearchSpaceReader.Read(Smooth, "s.yaml"));
        more.Trials.Select(trial => trial.Parameters).ShouldBe(study.Trials.Select(trial => trial.Parameters));
        SimulatedTuner.Drive(more, places: 2);
        more.Trials.Count.ShouldBe(30);
        foreach (var other in new[] { options with { Seed = 9 }, options with { Dataset = "x" }, options with { Folds = 2 } })
        {
            Should.Throw<StudyFormatException>(() => Study.Continue(file, "trials.json", other, study.Space)).Message
                .ShouldContain("is of a search with other options or data");
        }

        Should.Throw<StudyFormatException>(
            () => Study.Continue(file, "trials.json", options, SearchSpaceReader.Read("batch: {int: [1, 2]}", "s"))).Message
            .ShouldContain("in another space");
    }

    [Fact]
    public void A_trial_that_goes_on_starts_where_its_checkpoint_is()
    {
        var study = New("batch: {choice: [1, 2, 4, 8, 16, 32]}\nepochs: 9", TuningAlgorithm.Asha);
        foreach (var run in study.Propose(3))
        {
            var auc = run.Trial == 1 ? 0.9 : 0.6;
            study.Record(new TrialResult(run.Trial, run.Rung, run.Fold) { Auc = auc, Checkpoint = $"at {run.Name}" });
        }


        var next = study.Propose(1).Single();
        next.ShouldBe(new TrialRun(1, 1, 0, study.Trials[1].Parameters, 3, 9, 9, "at trial-00001/fold-0"));
    }

    [Fact]
    public void A_trial_whose_loss_is_not_a_number_is_bad_and_the_study_goes_on()
    {
        var study = New("batch: {choice: [1, 2, 3, 4, 5, 6]}\nepochs: 9", TuningAlgorithm.Asha);
        SimulatedTuner.Drive(study, places: 2, (p, epochs) => p.Whole("batch") > 3 ? double.NaN : 0.5 + p.Whole("batch") / 10.0);
        study.IsDone.ShouldBeTrue();
        study.Trials.Count(trial => trial.State == TrialState.Failed).ShouldBe(3);
        study.Trials.Where(trial => trial.State == TrialState.Failed).ShouldAllBe(trial => trial.Failure != null && trial.Auc == null);
        study.Best!.Parameters.Whole("batch").ShouldBe(3);
    }

    [Fact]
    public void Each_fold_is_held_back_once_and_their_mean_counts()
    {
        var study = New("batch: {choice: [1, 2]}", TuningAlgorithm.Grid, folds: 3);
        var runs = study.Propose(10);
        runs.Select(run => (run.Trial, run.Fold)).ShouldBe([(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]);
        study.Propose(1).ShouldBeEmpty();
        foreach (var run in runs.Take(3))
            study.Record(new TrialResult(run.Trial, run.Rung, run.Fold) { Auc = 0.7 + run.Fold / 10.0 });
        study.Trials[0].Auc!.Value.ShouldBe(0.8, 1e-12);
        study.Record(new TrialResult(1, 0, 1) { Failure = "diverged" });
        study.Trials[1].State.ShouldBe(TrialState.Failed);
        study.IsDone.ShouldBeFalse();
        study.Record(new TrialResult(1, 0, 0) { Auc = 0.99 });
        study.Record(new TrialResult(1, 0, 2) { Auc = 0.99 });
        study.IsDone.ShouldBeTrue();
        study.Best!.Id.ShouldBe(0);
    }

    [Fact]
    public void A_study_that_no_longer_improves_ends()
    {
        var study = New(Smooth, TuningAlgorithm.Random, trials: 50, patience: 5);
        SimulatedTuner.Drive(study, places: 1, trial => trial == 3 ? 0.9 : 0.5);
        study.IsDone.ShouldBeTrue();
        study.HasStoppedImproving.ShouldBeTrue();
        study.Trials.Count.ShouldBe(4 + 5);
    }

    [Fact]
    public void A_result_that_comes_twice_changes_nothing_and_one_that_was_not_asked_for_is_refused()
    {
        var study = New(Smooth, TuningAlgorithm.Random);
        study.Propose(1);
        study.Record(new TrialResult(0, 0, 0) { Auc = 0.7 }).ShouldBeTrue();
        study.Record(new TrialResult(0, 0, 0) { Auc = 0.1 }).ShouldBeFalse();
        study.Best!.Auc.ShouldBe(0.7);
        Should.Throw<ArgumentException>(() => study.Record(new TrialResult(1, 0, 0) { Auc = 0.7 })).Message.ShouldContain("never proposed");
        Should.Throw<ArgumentException>(() => study.Record(new TrialResult(0, 1, 0) { Auc = 0.7 })).Message.ShouldContain("never proposed");
        Should.Throw<ArgumentException>(() => study.Record(new TrialResult(0, 0, 1) { Auc = 0.7 })).Message.ShouldContain("never proposed");
    }

    [Theory]
    [InlineData("learning_rate: {uniform: [1e-3, 1]}", TuningAlgorithm.Grid, "line 1: learning_rate: a grid needs values that can be")]
    [InlineData("batch: 4\nepochs: {choice: [1, 2]}", TuningAlgorithm.Asha, "s.yaml: line 2: epochs: ASHA itself decides how long")]
    [InlineData("batch: {int: [1, 100000]}", TuningAlgorithm.Grid, "the grid has 100000 points; at most 10000 are possible")]
    public void A_space_that_does_not_fit_the_algorithm_is_refused(string yaml, TuningAlgorithm algorithm, string message) =>
        Should.Throw<SearchSpaceException>(() => New(yaml, algorithm)).Message.ShouldContain(message);

    [Fact]
    public void An_unknown_model_and_options_that_make_no_sense_are_refused()
    {
        var space = SearchSpaceReader.Read(Smooth, "s.yaml");
        var options = new StudyOptions { Model = "hlf", Algorithm = TuningAlgorithm.Random };
        Should.Throw<UnknownModelException>(() => new Study(options with { Model = "oracle" }, space));
        foreach (var wrong in new[]
        {
            options with { Trials = 0 }, options with { Trials = 100_000_000 }, options with { Epochs = 0 }, options with { Folds = 0 },
            options with { Patience = -1 }, options with { Reduction = 1 }, options with { Rungs = 0 },
            options with { Algorithm = (TuningAlgorithm)9 },
        })
            Should.Throw<ArgumentOutOfRangeException>(() => new Study(wrong, space));
    }

    [Theory]
    [InlineData("$.format", "2", "has format 2")]
    [InlineData("$.options.algorithm", "\"luck\"", "$.options.algorithm")]
    [InlineData("$.options.folds", "0", "folds")]
    [InlineData("$.options.model", "\"oracle\"", "no model 'oracle'")]
    [InlineData("$.space", "{\"batch\":{\"int\":[1,2]}}", "$.trials[0]: parameters are not of the space")]
    [InlineData("$.trials[0].id", "7", "$.trials[0]: trials are not numbered from 0")]
    [InlineData("$.trials[0]", "null", "$.trials[0]: holds a null")]
    [InlineData("$.trials[0].rungs[0]", "null", "$.trials[0]: holds a null")]
    [InlineData("$.trials[0].rungs[0].epochs", "3", "$.trials[0].rungs[0]: has 3 epochs, not 50")]
    [InlineData("$.trials[0].rungs[0].folds", "[]", "$.trials[0].rungs[0]: has 0 folds, not 1")]
    [InlineData("$.trials[0].rungs[0].order", "null", "$.trials[0].rungs[0]: has a mean without an order")]
    [InlineData("$.trials[0].rungs[0].order", "5", "the orders of the rungs do not count results")]
    [InlineData("$.trials[0].state", "\"paused\"", "$.trials[0]: is not paused")]
    [InlineData("$.trials[0].parameters", "{\"batch\":[[]]}", "$.trials[0].parameters")]
    [InlineData("$.trials[0].rungs", "[]", "$.trials[0]: has too many rungs or none")]
    public void A_malformed_file_of_trials_is_refused_with_the_field(string path, string json, string message)
    {
        var study = New(Smooth, TuningAlgorithm.Random);
        foreach (var run in study.Propose(2))
            study.Record(new TrialResult(run.Trial, run.Rung, run.Fold) { Auc = 0.7 });
        var document = JsonNode.Parse(study.Write())!;
        JsonNode at = document;
        var steps = path[2..].Replace("[", ".[").Split('.');
        foreach (var step in steps[..^1])
            at = step[0] == '[' ? at[int.Parse(step[1..^1])]! : at[step]!;
        if (steps[^1][0] == '[')
            at[int.Parse(steps[^1][1..^1])] = JsonNode.Parse(json);
        else
            at[steps[^1]] = JsonNode.Parse(json);
        Should.Throw<StudyFormatException>(() => Study.Read(Encoding.UTF8.GetBytes(document.ToJsonString()), "trials.json"))
            .Message.ShouldContain(message);
    }

    private static Study New(
        string yaml, TuningAlgorithm algorithm, int? trials = null, ulong seed = 1, int folds = 1, int patience = 0) => new(
        new StudyOptions { Model = "hlf", Algorithm = algorithm, Trials = trials, Seed = seed, Folds = folds, Patience = patience },
        SearchSpaceReader.Read(yaml, "s.yaml"));
}
