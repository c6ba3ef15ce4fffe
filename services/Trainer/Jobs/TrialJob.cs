using System.Globalization;
using System.Text.Json;
using DaprHep.Data.Events;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.Jobs;
using DaprHep.Hosting.News;
using DaprHep.Learning.Checkpoints;
using DaprHep.Learning.Models.Torch;
using DaprHep.Learning.Training;
using DaprHep.Learning.Tuning;

namespace DaprHep.Trainer.Jobs;

/// <summary>
/// Trains one fold of one trial of a search up to a rung, from the checkpoint that the rung before, or an attempt that was lost, has left.
/// </summary>
internal sealed class TrialJob(TrialEvents events, ILogger<TrialJob> logger) : Job<TrainTrialInput, TrialResult>
{
    /// <summary>Name of this kind of job.</summary>
    public const string Kind = "trial";

    // Trials train beside each other, each on one core.
    private const int Cores = 1;

    /// <inheritdoc/>
    protected override int CoresOf(TrainTrialInput input) => Cores;

    /// <inheritdoc/>
    protected override string? PartOf(TrainTrialInput input)
    {
        TrialRun trial = TrialAssignment.Read(input.Trial).Run;
        return string.Create(CultureInfo.InvariantCulture, $"trial {trial.Trial} rung {trial.Rung} fold {trial.Fold}");
    }

    /// <inheritdoc/>
    protected override async Task<TrialResult> RunAsync(TrainTrialInput input, JobContext context)
    {
        TrialAssignment trial = TrialAssignment.Read(input.Trial);
        try
        {
            TrainingFolds folds = await events.FoldsAsync(input, trial.Options, context.Cancellation);
            string prefix = $"checkpoints/{Path.GetDirectoryName(input.Study)}/{trial.Run.Name}";
            var checkpoints = new CheckpointStore(
                WorkStore.Open(input.Store), prefix, line => logger.LogInformation("Job {Job}: {Line}", context.Id, line));
            WorkMeter? meter = WorkMeter.Current;
            using IDisposable? kernel = meter?.Begin(WorkMeter.Kernel);
            using GpuWatch? gpu = trial.Options.Device == TrainingDevice.Cuda ? GpuWatch.Begin(rank: 0) : null;
            TrialResult result = await Task.Factory.StartNew(
                () => TrialTraining.Run(
                    trial.Run, trial.Options, folds.Of(trial.Run.Fold), EventClasses.Names.Count, Cores, checkpoints, prefix, context.Cancellation),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
            if (gpu?.End() is { } used)
                meter?.UsedGpu(used.Use, used.Memory);
            return result with { Auc = Finite(result.Auc), Loss = Finite(result.Loss), Accuracy = Finite(result.Accuracy) };
        }
        catch (Exception e) when (ModelErrors.AreInput(e) || e is JsonException)
        {
            throw new BadInputException(e.Message, e);
        }
    }

    // JSON has no other numbers.
    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
