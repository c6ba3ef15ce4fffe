using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.News;
using DaprHep.Learning.Training;
using DaprHep.Learning.Tuning;
using DaprHep.Data.Events;

namespace DaprHep.Trainer.Jobs;

/// <summary>The training events of the last search, so that its trials do not each load them again.</summary>
internal sealed class TrialEvents : IDisposable
{
    private readonly SemaphoreSlim _loading = new(1);
    private (string Key, WeakReference<TrainingFolds> Folds)? _last;

    /// <summary>The events of a trial, cut into folds.</summary>
    public async Task<TrainingFolds> FoldsAsync(TrainTrialInput input, StudyOptions options, CancellationToken cancellation)
    {
        string key = $"{input.Store} {input.Statistics} {options.Model} {options.Folds}";
        await _loading.WaitAsync(cancellation);
        try
        {
            if (_last is { } last && last.Key == key && last.Folds.TryGetTarget(out TrainingFolds? folds))
                return folds;
            ObjectStore store = WorkStore.Open(input.Store);
            FeatureStatistics statistics = await store.ReadJsonAsync(
                input.Statistics, StatisticsJson.Default.FeatureStatistics, cancellation);
            LabelledEvents events = await TrainingShards.LoadAsync(
                store, input.Statistics, statistics, DataSplit.Train, options.Model, cancellation);
            folds = new TrainingFolds(events, EventClasses.Names.Count, options.Folds);
            _last = (key, new WeakReference<TrainingFolds>(folds));
            return folds;
        }
        finally
        {
            _loading.Release();
        }
    }

    public void Dispose() => _loading.Dispose();
}
