using System.Text.Json.Nodes;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tuning;

/// <summary>
/// A search for hyper-parameters, as a state machine without clock, files or threads. Whoever drives it
/// <list type="number">
/// <item>asks <see cref="Propose"/> for as many runs as there are free places, and has each done (<see cref="TrialTraining"/>);</item>
/// <item>hands each result to <see cref="Record"/> as it comes, keeps <see cref="Write"/> somewhere, and asks again;</item>
/// <item>is finished when <see cref="IsDone"/>; <see cref="Best"/> is the answer.</item>
/// </list>
/// After a crash it goes on with <see cref="Read"/>; if the runs under way died too, <see cref="ForgetRunning"/> has them proposed again.
/// A result may come twice. What is proposed depends on options, space and the results so far in their order, and on nothing else, so that
/// a workflow can replay it: parallel runs make no difference to a grid or to random points.
/// </summary>
public sealed class Study
{
    private readonly List<Trial> _trials = [];
    private readonly HashSet<HyperParameters> _points = [];

    /// <summary>Begins a study.</summary>
    /// <param name="options">What it is told.</param>
    /// <param name="space">What it searches.</param>
    /// <exception cref="UnknownModelException">There is no model of that name.</exception>
    /// <exception cref="SearchSpaceException">The space does not fit the model or the algorithm.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option makes no sense.</exception>
    public Study(StudyOptions options, SearchSpace space)
    {
        options.Check();
        space.Check(options.Model);
        Options = options;
        Space = space;
        space.CheckFor(options);
        MostTrials = options.Trials ?? (options.Algorithm == TuningAlgorithm.Grid ? (int)space.Size!.Value : StudyOptions.UsualTrials);
        if (space.Size is { } size && size < MostTrials)
            MostTrials = (int)size;
        Options = options with { Rungs = options.RungsFor(MostTrials) };
    }

    private Study(StudyOptions options, SearchSpace space, IEnumerable<Trial> trials)
        : this(options, space)
    {
        _trials.AddRange(trials);
        _points.UnionWith(_trials.Select(trial => trial.Parameters));
    }

    /// <summary>What it was told.</summary>
    public StudyOptions Options { get; }

    /// <summary>What it searches.</summary>
    public SearchSpace Space { get; }

    /// <summary>The most trials that there will be.</summary>
    public int MostTrials { get; }

    /// <summary>The trials so far, by their numbers.</summary>
    public IReadOnlyList<Trial> Trials => _trials;

    /// <summary>Epochs of all results together, folds counted one by one.</summary>
    public int EpochsSpent => _trials.Sum(trial => trial.EpochsSpent);

    /// <summary>The trial with the largest area under the ROC curve at any of its rungs; null before the first result.</summary>
    public Trial? Best => _trials.Where(trial => trial.Auc is not null).OrderByDescending(trial => trial.Auc).ThenBy(trial => trial.Id)
        .FirstOrDefault();

    /// <summary>
    /// The hyper-parameters of the best trial, to train with on all training events; where it was best before it had all its epochs,
    /// <c>stop_after</c> says so. Null before the first result.
    /// </summary>
    public HyperParameters? BestParameters => Best is not { } best ? null
        : best.Best!.Epochs is var epochs && epochs < EpochsOf(best.Parameters) ? Complete(best.Parameters).With("stop_after", epochs)
        : Complete(best.Parameters);

    /// <summary>Whether nothing runs and nothing more will be proposed.</summary>
    public bool IsDone => !AnyFold(FoldState.Running) && NextWaiting() is null && NextStep() is null;

    /// <summary>Whether the last <see cref="StudyOptions.Patience"/> results were no better than the best before them.</summary>
    public bool HasStoppedImproving
    {
        get
        {
            if (Options.Patience == 0)
                return false;
            var results = RungsInOrder().Select(rung => rung.Auc).ToArray();
            var best = Array.IndexOf(results, results.Max());
            return results.Length - 1 - best >= Options.Patience;
        }
    }

    /// <summary>Reads a study that <see cref="Write"/> wrote.</summary>
    /// <param name="json">Its content.</param>
    /// <param name="source">Where it comes from, for errors.</param>
    /// <exception cref="StudyFormatException">It is malformed or contradicts itself.</exception>
    public static Study Read(ReadOnlySpan<byte> json, string source)
    {
        var (options, space, trials) = StudyFile.Read(json, source);
        return new Study(options, space, trials);
    }

    /// <summary>Reads a study to go on with it, perhaps with more trials or other patience.</summary>
    /// <param name="json">Its content.</param>
    /// <param name="source">Where it comes from, for errors.</param>
    /// <param name="options">What it is told now.</param>
    /// <param name="space">What it searches.</param>
    /// <exception cref="StudyFormatException">The file is malformed, or of a study of something else.</exception>
    public static Study Continue(ReadOnlySpan<byte> json, string source, StudyOptions options, SearchSpace space)
    {
        var (began, searched, trials) = StudyFile.Read(json, source);
        options = options with { Rungs = options.Rungs ?? began.Rungs };
        var difference = began with { Trials = options.Trials, Patience = options.Patience } != options ? "with other options or data"
            : !JsonNode.DeepEquals(searched.Json, space.Json) ? "in another space"
            : null;
        if (difference is not null)
            throw new StudyFormatException($"{source} is of a search {difference}; give the same, or another folder");
        return new Study(options with { Trials = Math.Max(trials.Count, new Study(options, space).MostTrials) }, space, trials);
    }

    /// <summary>The whole study as JSON, <c>trials.json</c>.</summary>
    public byte[] Write() => StudyFile.Write(this);

    /// <summary>What to train next. The runs count as running from now on.</summary>
    /// <param name="freePlaces">How many at most.</param>
    /// <returns>Fewer, even none, where the study has to wait for results, or is done.</returns>
    public IReadOnlyList<TrialRun> Propose(int freePlaces)
    {
        var runs = new List<TrialRun>();
        while (runs.Count < freePlaces)
        {
            if (NextWaiting() is { } next)
            {
                next.Trial.Rungs[^1].Folds[next.Fold].State = FoldState.Running;
                runs.Add(RunOf(next.Trial, next.Fold));
            }
            else if (NextStep() is { } take)
            {
                take();
            }
            else
            {
                break;
            }
        }

        return runs;
    }

    /// <summary>Takes over a result. One that is there already changes nothing.</summary>
    /// <param name="result">What came of a run.</param>
    /// <returns>Whether it was new.</returns>
    /// <exception cref="ArgumentException">No such run was ever proposed.</exception>
    public bool Record(TrialResult result)
    {
        if ((uint)result.Trial >= (uint)_trials.Count || (uint)result.Rung >= (uint)_trials[result.Trial].Rungs.Count
            || (uint)result.Fold >= (uint)Options.Folds)
        {
            throw new ArgumentException(
                $"Trial {result.Trial}, rung {result.Rung}, fold {result.Fold} was never proposed", nameof(result));
        }

        var trial = _trials[result.Trial];
        var rung = trial.Rungs[result.Rung];
        var fold = rung.Folds[result.Fold];
        if (fold.State == FoldState.Done)
            return false;
        fold.State = FoldState.Done;
        fold.Seconds = double.IsFinite(result.Seconds) ? Math.Max(0, result.Seconds) : 0;
        fold.Checkpoint = result.Checkpoint;
        if (result.Failure is not null || result.Auc is not { } auc || !double.IsFinite(auc))
        {
            Fail(trial, result.Failure ?? "its area under the ROC curve is not a number");
            return true;
        }

        (fold.Auc, fold.Loss, fold.Accuracy) = (auc, Finite(result.Loss), Finite(result.Accuracy));
        if (trial.State == TrialState.Running && rung.Folds.TrueForAll(other => other.State == FoldState.Done))
        {
            rung.Auc = rung.Folds.Average(other => other.Auc!.Value);
            rung.Order = RungsInOrder().Count();
            trial.State = result.Rung == RungsOf(trial.Parameters).Length - 1 ? TrialState.Completed : TrialState.Paused;
        }

        return true;
    }

    /// <summary>Says that the runs under way have been lost, so that they are proposed again.</summary>
    public void ForgetRunning()
    {
        foreach (var fold in _trials.SelectMany(trial => trial.Rungs).SelectMany(rung => rung.Folds))
        {
            if (fold.State == FoldState.Running)
                fold.State = FoldState.Waiting;
        }
    }

    /// <summary>Epochs that a trial trains for in the end.</summary>
    internal int EpochsOf(HyperParameters parameters) => parameters["epochs"] is null ? Options.Epochs : parameters.Whole("epochs");

    /// <summary>Epochs at which a trial is judged.</summary>
    internal int[] RungsOf(HyperParameters parameters) => Options.Algorithm == TuningAlgorithm.Asha
        ? SuccessiveHalving.Rungs(EpochsOf(parameters), Options.Rungs!.Value, Options.Reduction)
        : [EpochsOf(parameters)];

    /// <summary>Rungs with all their results, in the order in which they came.</summary>
    internal IEnumerable<TrialRung> RungsInOrder() =>
        _trials.SelectMany(trial => trial.Rungs).Where(rung => rung.Order is not null).OrderBy(rung => rung.Order);

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    private static void Fail(Trial trial, string failure)
    {
        trial.Failure ??= failure;
        trial.State = TrialState.Failed;
    }

    // How long a trial trains may not be among its own parameters.
    private HyperParameters Complete(HyperParameters parameters) => parameters.With("epochs", EpochsOf(parameters));

    private bool AnyFold(FoldState state) =>
        _trials.Exists(trial => trial.Rungs.Count > 0 && trial.Rungs[^1].Folds.Exists(fold => fold.State == state));

    private (Trial Trial, int Fold)? NextWaiting()
    {
        foreach (var trial in _trials)
        {
            if (trial.State != TrialState.Running)
                continue;
            var fold = trial.Rungs[^1].Folds.FindIndex(fold => fold.State == FoldState.Waiting);
            if (fold >= 0)
                return (trial, fold);
        }

        return null;
    }

    /// <summary>What would make new work: to send a trial on, or to begin one; null for neither.</summary>
    private Action? NextStep()
    {
        if (HasStoppedImproving)
            return null;
        if (Options.Algorithm == TuningAlgorithm.Asha
            && SuccessiveHalving.Promotable(_trials, Options.Rungs!.Value, Options.Reduction) is { } promoted)
            return () => OpenRung(promoted);
        if (_trials.Count >= MostTrials)
            return null;
        return () =>
        {
            var trial = new Trial { Id = _trials.Count, Parameters = NextPoint(), State = TrialState.Running, Rungs = [] };
            _trials.Add(trial);
            _points.Add(trial.Parameters);
            OpenRung(trial);
        };
    }

    private void OpenRung(Trial trial)
    {
        trial.Rungs.Add(new TrialRung
        {
            Epochs = RungsOf(trial.Parameters)[trial.Rungs.Count],
            Folds = [.. Enumerable.Range(0, Options.Folds).Select(_ => new TrialFold { State = FoldState.Waiting })],
        });
        trial.State = TrialState.Running;
    }

    private TrialRun RunOf(Trial trial, int fold)
    {
        var before = trial.Rungs.Count > 1 ? trial.Rungs[^2] : null;
        return new TrialRun(
            trial.Id, trial.Rungs.Count - 1, fold, trial.Parameters, before?.Epochs ?? 0, trial.Rungs[^1].Epochs,
            EpochsOf(trial.Parameters), before?.Folds[fold].Checkpoint);
    }

    private HyperParameters NextPoint()
    {
        if (Options.Algorithm == TuningAlgorithm.Grid)
            return Space.At(Space.GridPoint(_trials.Count));

        // No point twice: a space that can be counted is searched to its end, and one that cannot has no two equal draws.
        var random = new SeededRandom(Options.Seed, SeededRandom.Stream.Tuning, _trials.Count);
        for (var attempt = 0; ; attempt++)
        {
            var byDensity = Options.Algorithm == TuningAlgorithm.Tpe && _trials.Count >= TreeParzenEstimator.StartingTrials && attempt < 10;
            var point = Space.At(byDensity ? TreeParzenEstimator.Next(Space, _trials, ref random) : Space.RandomPoint(ref random));
            if (Space.Size is null || !_points.Contains(point))
                return point;
        }
    }
}
