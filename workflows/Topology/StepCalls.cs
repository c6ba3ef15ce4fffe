using Dapr.Workflow;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
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
            catch (WorkflowTaskFailedException e) when (attempt < attempts)
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

    private static bool IsBadInput(string error, bool isLast) =>
        error == typeof(BadInputException).FullName || (isLast && StoreErrors.Contains(error));
}
