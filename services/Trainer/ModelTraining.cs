using System.Globalization;
using System.Text.Json;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.Jobs;
using DaprHep.Hosting.News;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Checkpoints;
using DaprHep.Learning.Distributed;
using DaprHep.Learning.Inference.Drift;
using DaprHep.Learning.Models;
using DaprHep.Learning.Models.Torch;
using DaprHep.Learning.Training;

namespace DaprHep.Trainer;

/// <summary>
/// Trains a run's model on its training shards, from the last checkpoint where an earlier attempt has left one; does nothing where the
/// model is there already.
/// </summary>
/// <param name="input">What to train, and on what.</param>
/// <param name="progress">Takes progress.</param>
public sealed class ModelTraining(TrainModelInput input, IProgressSink progress)
{
    private readonly WorkStore _store = WorkStore.Open(input.Store);

    /// <summary>Where ranks run.</summary>
    public RankPlaces Places { get; init; } = RankPlaces.Here;

    /// <summary>Called before the model is committed; throws where it must not be.</summary>
    public Func<Task> BeforeCommit { get; init; } = () => Task.CompletedTask;

    /// <summary>Told after every epoch, whose result a later attempt can go on from.</summary>
    public Action<long> AfterEpoch { get; init; } = _ => { };

    /// <summary>Told when training goes on from a checkpoint, and of damaged ones.</summary>
    public Action<string> Log { get; init; } = _ => { };

    /// <summary>Trains and commits the model.</summary>
    /// <param name="cancellation">Ends the work early, with a checkpoint.</param>
    /// <exception cref="BadInputException">Model, hyper-parameters or events are to blame, or the loss became NaN.</exception>
    /// <exception cref="WorkLostException">One of several ranks was lost; the next attempt goes on from the last checkpoint.</exception>
    public async Task<TrainModelOutput> RunAsync(CancellationToken cancellation)
    {
        try
        {
            FeatureStatistics statistics = await _store.ReadJsonAsync(
                input.Statistics, StatisticsJson.Default.FeatureStatistics, cancellation);
            TrainingOptions options = OptionsOf(input);
            long events = statistics.Classes.Sum(c => c.Train) * options.Epochs;
            string name = ModelObjects.NameOf(input);
            if (await ModelObjects.ExistsAsync(_store, name, cancellation))
                progress.Report(new StepProgress(input.Run, Steps.Train, events, events));
            else if (Places.Take(input))
                await LaunchAsync(name, cancellation);
            else
                await TrainAsync(options, statistics, name, ranks: null, cancellation);
            await CheckpointsOf(name).DeleteAsync(cancellation);
            return new TrainModelOutput(name, events);
        }
        catch (Exception e) when (ModelErrors.AreInput(e) || e is TrainingDivergedException)
        {
            throw new BadInputException(e.Message, e);
        }
    }

    /// <summary>Trains as one of several processes; the first one stages the model for the launcher to commit.</summary>
    /// <param name="ranks">The processes.</param>
    /// <param name="tell">Takes, in the first one, the work of all of them: when it begins, and when it is done.</param>
    /// <param name="cancellation">Ends the work early.</param>
    internal async Task RunAsRankAsync(RankGroup ranks, Action<IReadOnlyList<WorkRecord>> tell, CancellationToken cancellation)
    {
        WorkRecord? own = null;
        var told = new WorkTold(record => own = record, "rank", ranks.Rank.ToString(CultureInfo.InvariantCulture));
        told.Starts();
        Gather("begun");
        FeatureStatistics statistics = await _store.ReadJsonAsync(
            input.Statistics, StatisticsJson.Default.FeatureStatistics, cancellation);
        TrainingOptions options = OptionsOf(input);
        if (ranks.HasOwnMachines)
            options = options with { Threads = Environment.ProcessorCount };
        await TrainAsync(options, statistics, ModelObjects.NameOf(input), ranks, cancellation);
        told.Ends("done");
        Gather("done");

        void Gather(string topic)
        {
            IReadOnlyList<string> all = ranks.GatherTexts(topic, JsonSerializer.Serialize(own, JsonSerializerOptions.Web));
            if (ranks.Rank == 0)
                tell([.. all.Select(one => JsonSerializer.Deserialize<WorkRecord>(one, JsonSerializerOptions.Web)!)]);
        }
    }

    /// <summary>Epochs of a training.</summary>
    /// <param name="model">The model.</param>
    /// <param name="asked">What was asked for; null for as many as the model usually needs.</param>
    /// <exception cref="UnknownModelException">There is no model of that name.</exception>
    internal static int EpochsOf(string model, int? asked) => asked ?? ModelRegistry.UsualTrainingOf(model).Epochs;

    private static string StagedOf(string name) => $"checkpoints/{name}/trained";

    private CheckpointStore CheckpointsOf(string name) => new(_store, $"checkpoints/{name}", Log);

    private static TrainingOptions OptionsOf(TrainModelInput input)
    {
        TrainingOptions options = ModelRegistry.UsualTrainingOf(input.Model) with
        {
            Epochs = EpochsOf(input.Model, input.Epochs),
            BatchSize = input.Batch,
            Seed = (ulong)input.Seed,
            Threads = Math.Max(1, Environment.ProcessorCount / input.Ranks),
            Device = TrainingDevices.Parse(input.Training?.Device ?? TrainingRequest.Cpu),
            MixedPrecision = input.Training?.MixedPrecision ?? false,
        };
        return options.With(HyperParameters.From(input.Training?.Parameters).With(HyperParameters.From(input.Parameters)));
    }

    private async Task LaunchAsync(string name, CancellationToken cancellation)
    {
        await RankTraining.LaunchAsync(input, Places, progress, AfterEpoch, Log, cancellation);
        await BeforeCommit();
        await ModelObjects.CopyAsync(_store, StagedOf(name), name, cancellation);
        await ModelObjects.DeleteAsync(_store, StagedOf(name), cancellation);
    }

    private async Task TrainAsync(
        TrainingOptions options, FeatureStatistics statistics, string name, RankGroup? ranks, CancellationToken cancellation)
    {
        RankShare share = ranks is null ? RankShare.Whole : new RankShare(ranks.Rank, ranks.Size);
        TrainingData data = await TrainingShards.LoadAsync(_store, input.Statistics, statistics, input.Model, share, cancellation);
        CheckpointStore checkpoints = CheckpointsOf(name);
        TrainingProgress reports = ReportsOf(statistics.Classes.Sum(c => c.Train), options.Epochs);

        // On a thread of its own, because the lease of the job is renewed on those of the pool.
        WorkMeter? meter = WorkMeter.Current;
        TimeSpan waited = ranks?.Waited ?? TimeSpan.Zero;
        using GpuWatch? gpu = options.Device == TrainingDevice.Cuda ? GpuWatch.Begin(ranks?.Rank ?? 0) : null;
        TrainingOutcome outcome;
        using (meter?.Begin(WorkMeter.Kernel))
        {
            outcome = await Task.Factory.StartNew(
                () => TrainingLoop.Run(data, EventClasses.Names.Count, options, reports, checkpoints, ranks, cancellation),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
            if (ranks is not null)
                meter?.Spent(WorkMeter.AllReduce, ranks.Waited - waited);
        }
        if (gpu?.End() is { } used)
            meter?.UsedGpu(used.Use, used.Memory);
        using Classifier model = outcome.Model;
        if (ranks is { Rank: > 0 })
            return;
        ModelDescription description = DescriptionOf(options, statistics);
        SavedModel saved = SavedModel.From(
            model, description with { Reference = DriftReference.Measure(model, data, statistics.Features, description.Classes) });
        await BeforeCommit();
        await ModelObjects.WriteAsync(_store, ranks is null ? name : StagedOf(name), saved, new TrainingHistory(outcome.Epochs), cancellation);
    }

    // Reported are differences, and of an attempt that goes on from a checkpoint only what it does itself.
    private TrainingProgress ReportsOf(long eventsOfEpoch, int epochs)
    {
        long events = eventsOfEpoch * epochs;
        long? told = null;
        return new TrainingProgress
        {
            Step = live => Tell((double)live.Step / live.Steps, live.Events, string.Create(
                CultureInfo.InvariantCulture,
                $"epoch {live.Epoch}/{live.Epochs} loss {live.Loss:F4} accuracy {live.Accuracy:F4} AUC {live.Auc:F4} {live.EventsPerSecond:F0}/s"), new TrainingPoint(live.Epoch, (double)live.Step / live.Steps, IsEpoch: false)
                {
                    Loss = TrainingPoint.Known(live.Loss), Accuracy = TrainingPoint.Known(live.Accuracy), Auc = TrainingPoint.Known(live.Auc),
                }),
            Epoch = epoch =>
            {
                Tell((double)epoch.Epoch / epoch.Epochs, eventsOfEpoch, string.Create(
                    CultureInfo.InvariantCulture,
                    $"epoch {epoch.Epoch}/{epoch.Epochs} loss {epoch.TrainLoss:F4} test {epoch.TestLoss:F4} accuracy {epoch.TestAccuracy:F4}"), new TrainingPoint(epoch.Epoch, (double)epoch.Epoch / epoch.Epochs, IsEpoch: true)
                {
                    Loss = TrainingPoint.Known(epoch.TrainLoss), TestLoss = TrainingPoint.Known(epoch.TestLoss),
                    Accuracy = TrainingPoint.Known(epoch.TestAccuracy), Auc = TrainingPoint.Known(epoch.ValidationAuc),
                });
                AfterEpoch(epoch.Epoch);
            },
        };

        void Tell(double share, long since, string note, TrainingPoint point)
        {
            long now = (long)(events * share);
            progress.Report(new StepProgress(input.Run, Steps.Train, now - (told ?? now - since), events, note) { Point = point });
            told = now;
        }
    }

    private ModelDescription DescriptionOf(TrainingOptions options, FeatureStatistics statistics) => new()
    {
        Model = input.Model,
        Features = [.. statistics.Features.Select((feature, k) => new FeatureScaling(feature, statistics.Minimum[k], statistics.Maximum[k]))],
        Classes = EventClasses.Names,
        Physics = statistics.Physics,
        Lineage = ModelLineage.Of(options, input.Statistics, statistics.Plan, input.Ranks),
    };
}
