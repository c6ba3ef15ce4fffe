using DaprHep.Data.Objects;
using DaprHep.Learning.Checkpoints;

namespace DaprHep.Learning.Tuning;

/// <summary>
/// Drives a study on this machine: trials in threads, <c>trials.json</c> after each result, checkpoints for as long as a trial may go on.
/// Killed at any moment, it loses the runs under way at most, and of those what came after their last checkpoint.
/// </summary>
public sealed class LocalTuner
{
    /// <summary>The file of the study.</summary>
    public const string TrialsName = "trials.json";

    private const string Checkpoints = "checkpoints";

    private readonly Study _study;
    private readonly TrainingFolds _folds;
    private readonly int _classes;
    private readonly string _folder;
    private readonly ObjectStore _store;

    /// <summary>Prepares to drive.</summary>
    /// <param name="study">The study, new or read.</param>
    /// <param name="folds">The training events.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="folder">Where <c>trials.json</c> and the checkpoints go.</param>
    public LocalTuner(Study study, TrainingFolds folds, int classes, string folder)
    {
        _study = study;
        _folds = folds;
        _classes = classes;
        _folder = folder;
        _store = ObjectStore.Open(folder);
    }

    /// <summary>Drives the study to its end.</summary>
    /// <param name="places">Trials at a time.</param>
    /// <param name="threads">Threads of each.</param>
    /// <param name="progress">Told of each result, after it has been written.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="Training.TrainingDataException">The events cannot be learned from.</exception>
    /// <exception cref="ObjectStoreException">The folder can't be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task RunAsync(int places, int threads, Action<TrialResult>? progress = null, CancellationToken cancellation = default)
    {
        _study.ForgetRunning();
        await WriteAsync(cancellation).ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = new List<Task<TrialResult>>();
        try
        {
            while (true)
            {
                foreach (var run in _study.Propose(places - running.Count))
                {
                    running.Add(Task.Factory.StartNew(
                        () => Train(run, threads, stop.Token), default, TaskCreationOptions.LongRunning, TaskScheduler.Default));
                }

                if (running.Count == 0)
                    break;
                var finished = await Task.WhenAny(running).ConfigureAwait(false);
                var result = await finished.ConfigureAwait(false);
                running.Remove(finished);
                _study.Record(result);
                await WriteAsync(cancellation).ConfigureAwait(false);
                if (_study.Trials[result.Trial].State is TrialState.Completed or TrialState.Failed)
                    Remove($"{Checkpoints}/{TrialRun.FolderOf(result.Trial)}");
                progress?.Invoke(result);
            }
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(running).ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
            throw;
        }

        Remove(Checkpoints);
    }

    private TrialResult Train(TrialRun run, int threads, CancellationToken cancellation)
    {
        var prefix = $"{Checkpoints}/{run.Name}";
        return TrialTraining.Run(
            run, _study.Options, _folds.Of(run.Fold), _classes, threads, new CheckpointStore(_store, prefix), prefix, cancellation);
    }

    private Task WriteAsync(CancellationToken cancellation) => _store.WriteAsync(TrialsName, _study.Write(), cancellation);

    private void Remove(string name)
    {
        var path = Path.Combine(_folder, name);
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }
}
