using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Evaluation;

/// <summary>
/// Judges a model by the test events of a dataset that it was not trained on: the shards' features are scaled back and then as the model
/// takes them. Particles are standardised event by event and need nothing of it.
/// </summary>
public static class RescaledEvaluation
{
    /// <summary>Evaluates a model.</summary>
    /// <param name="store">The store with the shards.</param>
    /// <param name="statisticsKey">Key of the statistics that the shards were built with.</param>
    /// <param name="saved">The model.</param>
    /// <param name="seed">Decides resamples.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="ModelFormatException">The model is damaged, or reads other features, physics or classes.</exception>
    /// <exception cref="ObjectStoreException">A shard has not been built.</exception>
    public static async Task<EvaluationResult> RunAsync(
        ObjectStore store, string statisticsKey, SavedModel saved, ulong seed, CancellationToken cancellation = default)
    {
        var statistics = await store.ReadJsonAsync(statisticsKey, StatisticsJson.Default.FeatureStatistics, cancellation).ConfigureAwait(false);
        var (model, description) = saved.Load();
        using (model)
        {
            RequireSameQuantities(description, statistics);
            model.UseThreads(Environment.ProcessorCount);
            var events = await TrainingShards.LoadAsync(store, statisticsKey, statistics, DataSplit.Test, model.Name, cancellation)
                .ConfigureAwait(false);
            var features = Rescaled(events.Features.Span, description, statistics);
            var shards = await TrainingDatasets
                .OpenAsync(store, statisticsKey, statistics.Selection.TestShards, DataSplit.Test, cancellation).ConfigureAwait(false);
            var probabilities = model.Probabilities(new EventInputs(features, events.FeatureCount, events.Particles));
            return Evaluator.Evaluate(probabilities, events.Labels.Span, EventClasses.Names, seed) with
            {
                TestSet = await TestSet.DigestAsync(shards, cancellation).ConfigureAwait(false),
            };
        }
    }

    private static float[] Rescaled(ReadOnlySpan<float> scaled, ModelDescription model, FeatureStatistics dataset)
    {
        var features = dataset.Features.Count;
        var rescaled = new float[scaled.Length];
        for (var i = 0; i < scaled.Length; i++)
        {
            var k = i % features;
            var (minimum, maximum) = (dataset.Minimum[k], dataset.Maximum[k]);
            var same = model.Features[k].Min == minimum && model.Features[k].Max == maximum;
            rescaled[i] = same ? scaled[i] : model.Features[k].Apply((float)(minimum + (scaled[i] * (maximum - minimum))));
        }

        return rescaled;
    }

    private static void RequireSameQuantities(ModelDescription model, FeatureStatistics dataset)
    {
        if (!model.Classes.SequenceEqual(EventClasses.Names))
        {
            throw new ModelFormatException(
                $"the served model tells apart {string.Join(", ", model.Classes)}; the dataset has {string.Join(", ", EventClasses.Names)}");
        }

        if (model.Physics is { } physics && physics != dataset.Physics)
            throw new ModelFormatException($"the served model takes {physics} features; the dataset has {dataset.Physics} ones");
        if (!model.Features.Select(feature => feature.Name).SequenceEqual(dataset.Features))
        {
            throw new ModelFormatException(
                $"the served model reads {string.Join(", ", model.Features.Select(feature => feature.Name))}; "
                + $"the dataset has {string.Join(", ", dataset.Features)}");
        }
    }
}
