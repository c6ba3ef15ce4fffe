using Dapr.Workflow;

namespace DaprHep.Topology;

/// <summary>
/// Ends when an app has a worker. An activity aimed at an app without one would block its workflow, with its timers and its termination;
/// this one asks the gateway's watch instead, ever less often, and begins anew before its history grows long.
/// </summary>
public sealed class WaitForWorker : Workflow<string, bool>
{
    /// <summary>
    /// Name of the activity of the workflow app that says since when an app has had no worker (a <see cref="DateTimeOffset"/>), null when it
    /// has one.
    /// </summary>
    public const string Ask = "MissingSince";

    private const int Looks = 100;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public override async Task<bool> RunAsync(WorkflowContext context, string input)
    {
        TimeSpan pause = FirstPause;
        for (int look = 0; look < Looks; look++)
        {
            await context.CreateTimer(pause);
            if (await context.CallActivityAsync<DateTimeOffset?>(Ask, input) is null)
                return true;
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
        context.ContinueAsNew(input);
        return false;
    }
}
