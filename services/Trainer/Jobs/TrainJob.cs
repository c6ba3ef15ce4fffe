using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.Jobs;

namespace DaprHep.Trainer.Jobs;

/// <summary>Trains a model as a job: the model is committed only while the job is this process's.</summary>
internal sealed class TrainJob(IProgressSink progress, RankPlaces places, ILogger<TrainJob> logger) : Job<TrainModelInput, TrainModelOutput>
{
    /// <summary>Name of this kind of job.</summary>
    public const string Kind = "train";

    /// <inheritdoc/>
    protected override int CoresOf(TrainModelInput input) => places.AreElsewhere && places.Take(input) ? 1 : base.CoresOf(input);

    /// <inheritdoc/>
    protected override Task<TrainModelOutput> RunAsync(TrainModelInput input, JobContext context)
    {
        var training = new ModelTraining(input, progress)
        {
            Places = places,
            BeforeCommit = context.CheckOwnershipAsync,
            AfterEpoch = context.Keep,
            Log = line => logger.LogInformation("Job {Job}: {Line}", context.Id, line),
        };
        return training.RunAsync(context.Cancellation);
    }
}
