using Dapr.Workflow;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Runs;
using DaprHep.Hosting.Telemetry;
using Microsoft.Extensions.Logging;

namespace DaprHep.Topology;

/// <summary>
/// Calls activities of the services. One that fails is called again after a pause that doubles (2 s, 4 s, … up to a minute), for what may
/// pass: a full disk, a store or a service that was away. Bad input is not tried again, because it stays bad; what the store holds or
/// refuses is for a person to mend, too, when trying again does not help.
/// </summary>
internal sealed class StepCalls(WorkflowContext context, int attempts)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private static readonly string[] StoreErrors = [typeof(ObjectStoreException).FullName!, typeof(EventDataException).FullName!];

    private static readonly string Cancelled = typeof(RunCancelledException).FullName!;

    /// <summary>Calls an activity by its name in an app.</summary>
    /// <exception cref="BadInputException">The input is to blame.</exception>
    /// <exception cref="WorkflowTaskFailedException">It failed every time.</exception>
    public async Task<T> CallAsync<T>(string app, string activity, object input)
    {
        TimeSpan pause = FirstPause;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await context.CallActivityAsync<T>(activity, input, new WorkflowTaskOptions(TargetAppId: app));
            }
            catch (WorkflowTaskFailedException e) when (IsBadInput(e.FailureDetails.ErrorType, isLast: attempt >= attempts))
            {
                throw new BadInputException(e.FailureDetails.ErrorMessage, e);
            }
            catch (WorkflowTaskFailedException e) when (attempt < attempts && e.FailureDetails.ErrorType != Cancelled)
            {
                context.CreateReplaySafeLogger<TopologyPipeline>().LogWarning(
                    "{Activity} failed and is called again in {Pause}: {Reason}", activity, pause, e.FailureDetails.ErrorMessage);
                if (!context.IsReplaying)
                    Measures.ActivityIsRetried(activity);
            }
            await context.CreateTimer(pause);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>Calls the child workflow that has a job done.</summary>
    /// <param name="workflow">Name of the workflow.</param>
    /// <param name="run">Name of the run.</param>
    /// <param name="input">What the job is given.</param>
    /// <exception cref="BadInputException">The input is to blame.</exception>
    /// <exception cref="WorkflowTaskFailedException">It failed.</exception>
    public Task<TOutput> HaveDoneAsync<TInput, TOutput>(string workflow, string run, TInput input) =>
        ChildAsync<TOutput>(workflow, new JobCall<TInput>(run, input, attempts));

    /// <summary>Calls a child workflow. Its id has a colon, which no run has in its name.</summary>
    /// <exception cref="BadInputException">The input is to blame.</exception>
    /// <exception cref="WorkflowTaskFailedException">It failed.</exception>
    public async Task<T> ChildAsync<T>(string workflow, object input)
    {
        try
        {
            return await context.CallChildWorkflowAsync<T>(
                workflow, input, new ChildWorkflowTaskOptions($"{context.InstanceId}:{workflow}:{context.NewGuid():N}"));
        }
        catch (WorkflowTaskFailedException e) when (IsBadInput(e.FailureDetails.ErrorType, isLast: true))
        {
            throw new BadInputException(e.FailureDetails.ErrorMessage, e);
        }
        catch (WorkflowTaskFailedException e)
        {
            throw new WorkflowTaskFailedException(e.FailureDetails.ErrorMessage, e.FailureDetails);
        }
    }

    /// <summary>Whether a failure is the input's fault.</summary>
    /// <param name="error">Type of the failure.</param>
    /// <param name="isLast">Whether there will be no other attempt.</param>
    public static bool IsBadInput(string error, bool isLast) =>
        error == typeof(BadInputException).FullName || (isLast && StoreErrors.Contains(error));
}
