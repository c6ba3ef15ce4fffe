using DaprHep.Learning.Tuning;
using FsCheck;
using FsCheck.Fluent;

namespace DaprHep.Learning.Tests.Tuning;

/// <summary>What holds of every study, however its results come in, whatever fails, whenever its driver is killed.</summary>
public class StudyPropertyTests
{
    private static readonly SearchSpace[] Spaces =
    [
        SearchSpaceReader.Read("batch: {choice: [8, 16, 32]}\nhidden: [{choice: [5, 6]}, {int: [1, 5]}]\nepochs: 27", "s"),
        SearchSpaceReader.Read(
            "learning_rate: {loguniform: [1e-4, 1]}\nbatch: {int: [1, 100]}\nschedule: {choice: [constant, cosine]}", "s"),
    ];

    [Fact]
    public void Runs_follow_the_rungs_and_the_epochs_add_up() => ForAnyStudy(story =>
    {
        var study = story.Play();
        study.IsDone.ShouldBeTrue();
        study.Trials.Count.ShouldBeLessThanOrEqualTo(story.Trials);
        var reached = new Dictionary<(int, int), (int Epoch, int Rung)>();
        foreach (var run in story.Proposed)
        {
            (int Epoch, int Rung) before = reached.GetValueOrDefault((run.Trial, run.Fold), (0, -1));
            var again = run.Rung == before.Rung;
            (again || run.Rung == before.Rung + 1).ShouldBeTrue();
            run.FromEpoch.ShouldBeLessThan(run.ToEpoch);
            if (!again)
                run.FromEpoch.ShouldBe(before.Epoch);
            run.ToEpoch.ShouldBeLessThanOrEqualTo(run.Epochs);
            run.FromEpoch.ShouldBe(run.Rung == 0 ? 0 : study.Trials[run.Trial].Rungs[run.Rung - 1].Epochs);
            (run.Checkpoint is null).ShouldBe(run.Rung == 0);
            reached[(run.Trial, run.Fold)] = (run.ToEpoch, run.Rung);
        }

        study.EpochsSpent.ShouldBe(story.EpochsRecorded);
    });

    [Fact]
    public void Only_a_trial_among_the_best_of_its_rung_goes_on() => ForAnyStudy(story =>
    {
        story.Promoting = (study, run) =>
        {
            study.Options.Algorithm.ShouldBe(TuningAlgorithm.Asha);
            var reached = study.Trials.Where(trial => trial.Rungs.Count >= run.Rung
                && (trial.Rungs[run.Rung - 1].Auc is not null || trial.State == TrialState.Failed)).ToArray();
            var own = study.Trials[run.Trial].Rungs[run.Rung - 1].Auc;
            var better = reached.Count(trial => trial.Rungs[run.Rung - 1].Auc > own);
            better.ShouldBeLessThan(reached.Length / study.Options.Reduction);
        };
        story.Play();
    });

    [Fact]
    public void The_same_results_in_the_same_order_give_the_same_proposals() => ForAnyStudy(story =>
    {
        story.Play();
        var again = new Story(story.Seed);
        again.Play();
        again.Proposed.ShouldBe(story.Proposed);
    });

    [Fact]
    public void A_study_written_and_read_at_any_moment_goes_on_as_if_it_had_not_been() => ForAnyStudy(story =>
    {
        var straight = story.Play();
        var broken = new Story(story.Seed) { WritesAndReads = true };
        var study = broken.Play();
        broken.Proposed.ShouldBe(story.Proposed);
        study.Write().ShouldBe(straight.Write());
    });

    [Fact]
    public void A_driver_that_is_killed_loses_the_runs_under_way_and_nothing_else() => ForAnyStudy(story =>
    {
        story.Kills = true;
        var study = story.Play();
        study.IsDone.ShouldBeTrue();
        study.Trials.ShouldAllBe(trial => trial.State != TrialState.Running);
        study.EpochsSpent.ShouldBe(story.EpochsRecorded);
    });

    [Fact]
    public void Points_of_a_grid_and_random_points_do_not_depend_on_the_order_of_results()
    {
        foreach (var algorithm in new[] { TuningAlgorithm.Grid, TuningAlgorithm.Random })
        {
            var studies = new[] { 1, 4 }.Select(places =>
            {
                var study = new Study(new StudyOptions { Model = "hlf", Algorithm = algorithm, Trials = 20 }, Spaces[0]);
                SimulatedTuner.Drive(study, places);
                return study.Trials.Select(trial => trial.Parameters).ToArray();
            }).ToArray();
            studies[0].ShouldBe(studies[1]);
        }
    }

    private static void ForAnyStudy(Action<Story> check) =>
        Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed => check(new Story(seed)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(60).WithReplay(20240614, 9));

    /// <summary>A study and all that happens to it, as a seed decides.</summary>
    private sealed class Story
    {
        private readonly Random _random;
        private readonly Random _kill;
        private readonly int _places;
        private readonly double _failures;
        private Study _study;

        internal Story(int seed)
        {
            Seed = seed;
            _random = new Random(seed);
            _kill = new Random(seed);
            var algorithm = (TuningAlgorithm)_random.Next(4);
            Trials = _random.Next(1, 40);
            _places = _random.Next(1, 6);
            _failures = _random.Next(3) == 0 ? 0.3 : 0;
            var options = new StudyOptions
            {
                Model = "hlf",
                Algorithm = algorithm,
                Trials = Trials,
                Folds = _random.Next(1, 4),
                Seed = (ulong)seed,
                Epochs = _random.Next(1, 40),
                Patience = _random.Next(3) == 0 ? 6 : 0,
                Reduction = _random.Next(2, 5),
                Rungs = _random.Next(4) == 0 ? null : _random.Next(1, 6),
            };
            _study = new Study(options, Spaces[algorithm == TuningAlgorithm.Grid ? 0 : _random.Next(2)]);
        }

        internal int Seed { get; }

        internal int Trials { get; }

        internal bool WritesAndReads { get; init; }

        internal bool Kills { get; set; }

        internal Action<Study, TrialRun>? Promoting { get; set; }

        internal List<TrialRun> Proposed { get; } = [];

        internal int EpochsRecorded { get; private set; }

        internal Study Play()
        {
            var running = new List<TrialRun>();
            while (true)
            {
                foreach (var run in _study.Propose(_places - running.Count))
                {
                    if (run is { Rung: > 0, Fold: 0 })
                        Promoting?.Invoke(_study, run);
                    Proposed.Add(run);
                    running.Add(run);
                }

                if (running.Count == 0)
                    return _study;
                if (WritesAndReads)
                    _study = Study.Read(_study.Write(), "trials.json");
                if (Kills && _kill.Next(8) == 0)
                {
                    _study = Study.Read(_study.Write(), "trials.json");
                    _study.ForgetRunning();
                    running.Clear();
                    continue;
                }

                var finished = running[_random.Next(running.Count)];
                running.Remove(finished);
                EpochsRecorded += finished.ToEpoch - finished.FromEpoch;
                var auc = _random.NextDouble() < _failures ? double.NaN : SimulatedTuner.Any(finished.Parameters, finished.ToEpoch);
                _study.Record(SimulatedTuner.Result(finished, auc)).ShouldBeTrue();
            }
        }
    }
}
