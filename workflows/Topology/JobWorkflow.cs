using System.Text.Json;
using Dapr.Workflow;
using DaprHep.Hosting;
using DaprHep.Hosting.Jobs;
using DaprHep.Hosting.Runs;
using Microsoft.Extensions.Logging;

namespace DaprHep.Topology;

/// <summary>Input of a workflow that has a job done.</summary>
/// <typeparam name="TInput">What the job is given.</typeparam>
/// <param name="Run">Name of the run.</param>
/// <param name="Input">What the job is given.</param>
/// <param name="Attempts">How often the job may fail before the workflow does.</param>
public sealed record JobCall<TInput>(string Run, TInput Input, int Attempts)
{
    /// <summary>The job, once it has been submitted.</summary>
    public string? Job { get; init; }

    /// <summary>The attempt under way, from 1.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>Attempts that failed, one after another, without getting further.</summary>
    public int Failures { get; init; }

    /// <summary>Attempts whose process was lost, one after another, without getting further.</summary>
    public int Losses { get; init; }

    /// <summary>How far the attempts before this one got, in what is safe in checkpoints.</summary>
    public long Kept { get; init; }
}

/// <summary>
/// Has a job done by a service: submits it, waits for its end, and submits it again when it failed or when the process that had it is
/// lost, and when it has rested with its suspended run; the next attempt goes on from the last checkpoint. The service raises an event at the end, and should that be lost, or the
/// service, the job's record says so.
/// </summary>
/// <typeparam name="TInput">What the job is given.</typeparam>
/// <typeparam name="TOutput">What it gives.</typeparam>
/// <param name="app">The app that has such jobs.</param>
/// <param name="kind">The kind of job.</param>
public abstract class JobWorkflow<TInput, TOutput>(string app, string kind) : Workflow<JobCall<TInput>, TOutput>
{
    // With a lease of 10 s, a lost process is noticed within 15 s.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);

    // The history of a workflow that waits for days stays short: it begins anew after as many looks.
    private const int Looks = 200;

    private const int LossesInARow = 10;

    /// <inheritdoc/>
    public sealed override async Task<TOutput> RunAsync(WorkflowContext context, JobCall<TInput> input)
    {
        ArgumentNullException.ThrowIfNull(input);
        JobStatus? status = null;
        if (input.Job is null)
        {
            input = input with { Job = $"{kind}-{context.NewGuid():N}" };
            status = await SubmitAsync(context, input);
        }
        for (int look = 0; look < Looks; look++)
        {
            switch (status)
            {
                case { State: JobState.Done, Output: { } output }:
                    return output.Deserialize<TOutput>(JsonSerializerOptions.Web)!;
                case { State: JobState.Cancelled }:
                    throw new RunCancelledException(input.Run);
                case { State: JobState.Failed } or { IsLost: true }:
                    input = NextAttempt(context, input, status);
                    if (status.State == JobState.Failed)
                        await context.CreateTimer(FirstPause * Math.Pow(2, input.Failures - 1));
                    status = await SubmitAsync(context, input);
                    continue;
            }
            await EndAsync(context, input.Job!);
            status = await CheckAsync(context, input.Job!);
        }
        context.ContinueAsNew(input);
        return default!;
    }

    private JobCall<TInput> NextAttempt(WorkflowContext context, JobCall<TInput> call, JobStatus status)
    {
        bool furthered = status.Kept > call.Kept, failed = status.State == JobState.Failed, rested = status.State == JobState.Suspended;
        JobCall<TInput> next = call with
        {
            Attempt = call.Attempt + 1,
            Failures = (furthered ? 0 : call.Failures) + (failed ? 1 : 0),
            Losses = (furthered ? 0 : call.Losses) + (failed || rested ? 0 : 1),
            Kept = Math.Max(call.Kept, status.Kept),
        };
        string reason = status.Failure?.Message ?? (rested ? "the run goes on" : $"the process of {app} that worked on it is lost");
        bool isLast = next.Failures >= call.Attempts || next.Losses >= LossesInARow;
        if (status.Failure is { } bad && StepCalls.IsBadInput(bad.Type, isLast))
            throw new BadInputException(bad.Message);
        if (isLast)
            throw new InvalidOperationException($"job {call.Job} failed in attempt {call.Attempt}: {reason}");
        context.CreateReplaySafeLogger<JobCall<TInput>>().LogWarning(
            "Attempt {Attempt} at job {Job} of run {Run} is followed by another: {Reason}", call.Attempt, call.Job, call.Run, reason);
        return next;
    }

    private Task<JobStatus> SubmitAsync(WorkflowContext context, JobCall<TInput> call) =>
        new StepCalls(context, call.Attempts).CallAsync<JobStatus>(app, JobHosting.Submit, new JobSubmission(
            call.Job!, kind, call.Run, context.InstanceId, call.Attempt, JsonSerializer.SerializeToElement(call.Input, JsonSerializerOptions.Web)));

    private static async Task EndAsync(WorkflowContext context, string job)
    {
        try
        {
            await context.WaitForExternalEventAsync<object?>(job, Look);
        }
        catch (TaskCanceledException)
        {
            // It is time to look, with or without an event.
        }
    }

    // A store that does not answer now will answer at the next look. A store without `keyPrefix: name` hides the service's records from
    // the workflow app, so the service itself is asked about a job that seems to have none.
    private async Task<JobStatus?> CheckAsync(WorkflowContext context, string job)
    {
        try
        {
            var status = await context.CallActivityAsync<JobStatus?>(JobHosting.Check, job);
            return status is { Attempt: 0 }
                ? await context.CallActivityAsync<JobStatus?>(JobHosting.Check, job, new WorkflowTaskOptions(TargetAppId: app))
                : status;
        }
        catch (WorkflowTaskFailedException)
        {
            return null;
        }
    }
}
