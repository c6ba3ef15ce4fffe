using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Checkpoints;
using DaprHep.Learning.Distributed;
using DaprHep.Learning.Inference.Drift;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Trainer;

/// <summary>A model trained on the shards of a dataset outside of a run, with checkpoints beside it.</summary>
/// <param name="dataset">The dataset.</param>
/// <param name="folder">Store of the folder that the model and its checkpoints go to.</param>
/// <param name="options">How to train.</param>
/// <param name="log">Told when training goes on from a checkpoint, and of damaged ones.</param>
public sealed class StandaloneTraining(DatasetLocation dataset, ObjectStore folder, TrainingOptions options, Action<string> log)
{
    /// <summary>Where the model goes below the folder.</summary>
    public const string ModelFolder = "model";

    private const string CheckpointFolder = "checkpoints";

    private readonly CheckpointStore _checkpoints = new(folder, CheckpointFolder, log);

    /// <summary>Whether the folder has checkpoints, of whatever training.</summary>
    /// <param name="cancellation">Ends the work early.</param>
    public Task<bool> HasCheckpointsAsync(CancellationToken cancellation) => _checkpoints.AnyAsync(cancellation);

    /// <summary>Whether the folder has a model, of whatever training.</summary>
    /// <param name="cancellation">Ends the work early.</param>
    public Task<bool> HasModelAsync(CancellationToken cancellation) => ModelObjects.ExistsAsync(folder, ModelFolder, cancellation);

    /// <summary>Makes sure that the folder's model is what this training would make.</summary>
    /// <param name="ranks">Processes that would train together.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="BadInputException">It is not; the message has the first difference.</exception>
    public async Task CheckModelAsync(int ranks, CancellationToken cancellation)
    {
        SavedModel saved = await ModelObjects.ReadAsync(folder, ModelFolder, cancellation);
        ModelDescription found = SavedModel.ReadDescription(saved.Description);
        FeatureStatistics statistics = await dataset.Store.ReadJsonAsync(
            dataset.Statistics, StatisticsJson.Default.FeatureStatistics, cancellation);
        if (ModelLineage.Difference(found, DescriptionFor(statistics, ranks), options.Parameters) is { } difference)
        {
            throw new BadInputException(
                $"{folder.Url}: {ModelFolder} is the model of another training: it {difference}; train with the same options, "
                + "or elsewhere");
        }
    }

    /// <summary>Deletes the checkpoints, when nothing more is to come.</summary>
    /// <param name="cancellation">Ends the work early.</param>
    public Task DeleteCheckpointsAsync(CancellationToken cancellation) => _checkpoints.DeleteAsync(cancellation);

    /// <summary>Trains, from the last checkpoint where there is one, and writes the model.</summary>
    /// <param name="progress">Told how it goes.</param>
    /// <param name="ranks">The processes that train together, of which this is one; null for one alone.</param>
    /// <param name="cancellation">Ends the work early, with a checkpoint.</param>
    /// <returns>A report an epoch.</returns>
    /// <exception cref="BadInputException">The options, the dataset and the checkpoints do not go together, or a value is not finite.
    /// </exception>
    public async Task<IReadOnlyList<EpochReport>> RunAsync(IProgressSink progress, RankGroup? ranks, CancellationToken cancellation)
    {
        try
        {
            FeatureStatistics statistics = await dataset.Store.ReadJsonAsync(
                dataset.Statistics, StatisticsJson.Default.FeatureStatistics, cancellation);
            TrainingData data = await TrainingShards.LoadAsync(
                dataset.Store, dataset.Statistics, statistics, options.Model,
                ranks is null ? RankShare.Whole : new RankShare(ranks.Rank, ranks.Size), cancellation);
            // What a process that was killed had begun to write; the folder is this training's alone.
            if (ranks is null or { Rank: 0 })
                await folder.UnfinishedAsync(DateTimeOffset.UtcNow, delete: true, cancellation);
            TrainingProgress reports = ReportTo(progress, statistics.Classes.Sum(c => c.Train) * options.Epochs);
            TrainingOutcome outcome = TrainingLoop.Run(
                data, EventClasses.Names.Count, options, reports, _checkpoints, ranks, cancellation);
            using Classifier model = outcome.Model;
            if (ranks is { Rank: > 0 })
                return outcome.Epochs;
            ModelDescription description = DescriptionFor(statistics, ranks?.Size ?? 1);
            SavedModel saved = SavedModel.From(
                model, description with { Reference = DriftReference.Measure(model, data, statistics.Features, description.Classes) });
            await ModelObjects.WriteAsync(folder, ModelFolder, saved, new TrainingHistory(outcome.Epochs), cancellation);
            return outcome.Epochs;
        }
        catch (Exception e) when (ModelErrors.AreInput(e))
        {
            throw new BadInputException(e.Message, e);
        }
    }

    /// <summary>How the training went whose model is there.</summary>
    /// <param name="cancellation">Ends the work early.</param>
    public async Task<IReadOnlyList<EpochReport>> HistoryAsync(CancellationToken cancellation) =>
        (await ModelObjects.ReadHistoryAsync(folder, ModelFolder, cancellation)).Epochs;

    /// <summary>Events done are told as differences; the first one after a checkpoint has all that came before.</summary>
    private static TrainingProgress ReportTo(IProgressSink progress, long events)
    {
        long told = 0;
        return new TrainingProgress
        {
            Step = live => Tell(
                live.Step, live.Steps,
                $"epoch {live.Epoch}/{live.Epochs} loss {live.Loss:F4} accuracy {live.Accuracy:F4} AUC {live.Auc:F4}"),
            Epoch = epoch => Tell(
                epoch.Epoch, epoch.Epochs,
                $"epoch {epoch.Epoch}/{epoch.Epochs} loss {epoch.TrainLoss:F4}"
                + (epoch.ValidationLoss is { } held ? $" validation {held:F4}" : "")
                + (epoch.TestLoss is { } test ? $" test {test:F4} accuracy {epoch.TestAccuracy:F4}" : "")),
        };

        void Tell(long done, long of, string note)
        {
            long now = (long)((double)events * done / of);
            progress.Report(new StepProgress("", Steps.Train, now - told, events, note));
            told = now;
        }
    }

    private ModelDescription DescriptionFor(FeatureStatistics statistics, int ranks) => new()
    {
        Model = options.Model,
        Features =
        [
            .. statistics.Features.Select(
                (feature, k) => new FeatureScaling(feature, statistics.Minimum[k], statistics.Maximum[k])),
        ],
        Classes = EventClasses.Names,
        Physics = statistics.Physics,
        Lineage = ModelLineage.Of(options, dataset.Statistics, statistics.Plan, ranks),
    };
}
