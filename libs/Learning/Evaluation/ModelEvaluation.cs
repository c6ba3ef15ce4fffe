using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Evaluation;

/// <summary>Judges a saved model by the test events of a dataset: the same in a run, by itself, and at any later time.</summary>
public static class ModelEvaluation
{
    /// <summary>Evaluates a model. The same model, dataset and seed give the same figures, on any number of threads.</summary>
    /// <param name="store">The store with the shards.</param>
    /// <param name="statisticsKey">Key of the statistics that the shards were built with.</param>
    /// <param name="saved">The model.</param>
    /// <param name="seed">Decides resamples and permutations.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="ModelFormatException">The model is damaged, or does not fit the dataset's features, scaling or classes.</exception>
    /// <exception cref="UnknownModelException">This version has no such model.</exception>
    /// <exception cref="TrainingDataException">A class has no test events, or a value is not finite.</exception>
    /// <exception cref="ObjectStoreException">A shard has not been built.</exception>
    /// <exception cref="EventDataException">A shard is damaged.</exception>
    public static async Task<EvaluationResult> RunAsync(
        ObjectStore store, string statisticsKey, SavedModel saved, ulong seed, CancellationToken cancellation = default)
    {
        var statistics = await store.ReadJsonAsync(statisticsKey, StatisticsJson.Default.FeatureStatistics, cancellation).ConfigureAwait(false);
        var (model, description) = saved.Load();
        using (model)
        {
            RequireFit(description, statistics);
            model.UseThreads(Environment.ProcessorCount);
            var events = await TrainingShards.LoadAsync(store, statisticsKey, statistics, DataSplit.Test, model.Name, cancellation)
                .ConfigureAwait(false);
            RequireJudges(events);
            var shards = await TrainingDatasets
                .OpenAsync(store, statisticsKey, statistics.Selection.TestShards, DataSplit.Test, cancellation).ConfigureAwait(false);
            var probabilities = model.Probabilities(events);
            var result = Evaluator.Evaluate(probabilities, events.Labels.Span, EventClasses.Names, seed);
            return result with
            {
                Mistakes = Mistake.Surest(probabilities, events.Labels.Span, events.Ids.Span, EventClasses.Names),
                Importance = PermutationImportance.Of(model, events, statistics.Features, seed, cancellation),
                TestSet = await TestSet.DigestAsync(shards, cancellation).ConfigureAwait(false),
            };
        }
    }

    /// <summary>A model that expects other numbers than the shards hold would be judged by nonsense.</summary>
    private static void RequireFit(ModelDescription model, FeatureStatistics dataset)
    {
        if (!model.Classes.SequenceEqual(EventClasses.Names))
        {
            throw new ModelFormatException(
                $"The model tells apart {string.Join(", ", model.Classes)}; the dataset has {string.Join(", ", EventClasses.Names)}");
        }

        if (model.Physics is { } physics && physics != dataset.Physics)
            throw new ModelFormatException($"The model was trained on {physics} features; the dataset has {dataset.Physics} ones");
        if (!model.Features.Select(feature => feature.Name).SequenceEqual(dataset.Features))
        {
            throw new ModelFormatException(
                $"The model reads {string.Join(", ", model.Features.Select(feature => feature.Name))}; "
                + $"the dataset has {string.Join(", ", dataset.Features)}");
        }

        for (var k = 0; k < dataset.Features.Count; k++)
        {
            var (name, min, max) = model.Features[k];
            if (min != dataset.Minimum[k] || max != dataset.Maximum[k])
            {
                throw new ModelFormatException(
                    $"The model takes feature {name} scaled from [{min}, {max}]; the dataset's shards have it scaled from "
                    + $"[{dataset.Minimum[k]}, {dataset.Maximum[k]}]: evaluate on shards built with the statistics that the model was trained with");
            }
        }
    }

    private static void RequireJudges(LabelledEvents events)
    {
        var counts = events.CountByClass(EventClasses.Names.Count);
        var missing = Array.IndexOf(counts, 0);
        if (missing >= 0)
            throw new TrainingDataException($"Class {EventClasses.Names[missing]} has no test events; every class needs some to be judged by");
        events.CheckFinite();
    }
}
