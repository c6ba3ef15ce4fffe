using Dapr.Workflow;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace DaprHep.Hosting.Jobs;

/// <summary>Adds jobs to a service, and the question after them to the workflow app.</summary>
public static class JobHosting
{
    /// <summary>Name of the activity that takes a job; its input is a <see cref="JobSubmission"/>, its output a <see cref="JobStatus"/>.</summary>
    public const string Submit = nameof(SubmitJob);

    /// <summary>Name of the activity that says where a job stands; its input is the job's id, its output a <see cref="JobStatus"/>.</summary>
    public const string Check = nameof(CheckJob);

    /// <summary>Lets a service run jobs; its worker must also <see cref="RegisterJobs"/>.</summary>
    /// <param name="builder">The service's builder.</param>
    /// <param name="offer">Names the kinds of jobs that the service has.</param>
    public static WebApplicationBuilder AddJobs(this WebApplicationBuilder builder, Action<JobKinds> offer)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(offer);
        var kinds = new JobKinds();
        offer(kinds);
        builder.Services.AddSingleton(kinds);
        builder.Services.AddSingleton<JobWorker>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<JobWorker>());
        return builder;
    }

    /// <summary>Registers the activities that take jobs and say where they stand.</summary>
    public static void RegisterJobs(this WorkflowRuntimeOptions workflows)
    {
        workflows.RegisterStep<SubmitJob>();
        workflows.RegisterJobCheck();
    }

    /// <summary>
    /// Registers the activity that says where a job stands, for the workflow app too: a service that is away could not answer.
    /// </summary>
    public static void RegisterJobCheck(this WorkflowRuntimeOptions workflows) => workflows.RegisterStep<CheckJob>();
}
