using DaprHep.Hosting;
using DaprHep.Hosting.Jobs;
using DaprHep.Trainer.Activities;
using DaprHep.Trainer.Jobs;

namespace DaprHep.Trainer;

/// <summary>The service <c>trainer</c>: training shards to models, models to metrics and reports.</summary>
public static class TrainerService
{
    /// <summary>Puts the service together on a builder, be it of a process of its own or of an embedded run.</summary>
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        builder.AddDaprHepService(workflows =>
        {
            workflows.RegisterStep<EvaluateModel>();
            workflows.RegisterStep<WriteReport>();
            workflows.RegisterJobs();
        });
        builder.Services.AddSingleton(RankPlaces.From(builder.Configuration));
        builder.Services.AddSingleton<TrialEvents>();
        builder.AddJobs(jobs =>
        {
            jobs.Add<TrainJob>(TrainJob.Kind);
            jobs.Add<TrialJob>(TrialJob.Kind);
        });
        return builder.Build().UseDaprHepService();
    }
}
