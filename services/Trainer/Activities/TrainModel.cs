using System.Globalization;
using System.Text.Json.Nodes;
using Dapr.Workflow;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Trainer.Activities;

/// <summary>Trains a model on the training shards; does nothing where it is there already.</summary>
public sealed class TrainModel(IProgressSink progress, WorkStopping stopping) : WorkflowActivity<TrainModelInput, TrainModelOutput>
{
    /// <inheritdoc/>
    public override async Task<TrainModelOutput> RunAsync(WorkflowActivityContext context, TrainModelInput input)
    {
        ObjectStore store = ObjectStore.Open(input.Store);
        FeatureStatistics statistics = await store.ReadJsonAsync(input.Statistics, StatisticsJson.Default.FeatureStatistics, stopping.Token);
        TrainingOptions options = OptionsOf(input);
        long events = statistics.Classes.Sum(c => c.Train) * options.Epochs;
        string name = ModelObjects.NameOf(input);
        if (await ModelObjects.ExistsAsync(store, name, stopping.Token))
            progress.Report(new StepProgress(input.Run, Steps.Train, events, events));
        else
            await TrainAsync(store, input, options, statistics, name, events);
        return new TrainModelOutput(name, events);
    }

    private static TrainingOptions OptionsOf(TrainModelInput input)
    {
        try
        {
            return new TrainingOptions
            {
                Model = input.Model,
                Epochs = input.Epochs,
                BatchSize = input.Batch,
                Seed = (ulong)input.Seed,
                Threads = Environment.ProcessorCount,
            }.With(HyperParameters.From(input.Parameters));
        }
        catch (Exception e) when (e is UnknownModelException or HyperParameterException)
        {
            throw new BadInputException(e.Message, e);
        }
    }

    private async Task TrainAsync(
        ObjectStore store, TrainModelInput input, TrainingOptions options, FeatureStatistics statistics, string name, long events)
    {
        TrainingOutcome outcome;
        try
        {
            TrainingData data = await TrainingShards.LoadAsync(store, input.Statistics, statistics, input.Model, stopping.Token);
            outcome = TrainingLoop.Run(
                data,
                EventClasses.Names.Count,
                options,
                epoch => progress.Report(new StepProgress(input.Run, Steps.Train, data.Train.Count, events, NoteOf(epoch))),
                stopping.Token);
        }
        catch (TrainingDataException e)
        {
            throw new BadInputException(e.Message, e);
        }
        using Classifier model = outcome.Model;
        SavedModel saved = SavedModel.From(model, DescriptionOf(input, options, statistics));
        await ModelObjects.WriteAsync(store, name, saved, new TrainingHistory(outcome.Epochs), stopping.Token);
    }

    private static string NoteOf(EpochReport epoch) => string.Create(
        CultureInfo.InvariantCulture,
        $"epoch {epoch.Epoch}/{epoch.Epochs} loss {epoch.TrainLoss:F4} test {epoch.TestLoss:F4} accuracy {epoch.TestAccuracy:F4}");

    private static ModelDescription DescriptionOf(TrainModelInput input, TrainingOptions options, FeatureStatistics statistics) => new()
    {
        Model = input.Model,
        Features = [.. statistics.Features.Select((feature, k) => new FeatureScaling(feature, statistics.Minimum[k], statistics.Maximum[k]))],
        Classes = EventClasses.Names,
        Physics = statistics.Physics,
        Lineage = new JsonObject
        {
            ["statistics"] = input.Statistics,
            ["plan"] = statistics.Plan,
            ["epochs"] = options.Epochs,
            ["batch"] = options.BatchSize,
            ["learning_rate"] = options.LearningRate,
            ["seed"] = input.Seed,
            ["software"] = SoftwareVersion.Current,
        },
    };
}
