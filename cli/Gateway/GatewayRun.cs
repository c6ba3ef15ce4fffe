using System.Text.Json;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;

namespace DaprHep.Cli.Gateway;

/// <summary>Follows a run of a gateway to its end and reports its progress as an embedded run reports its own.</summary>
internal static class GatewayRun
{
    /// <summary>Watches until the run ends, and gives its last state.</summary>
    /// <param name="gateway">The gateway.</param>
    /// <param name="run">Name of the run.</param>
    /// <param name="progress">Takes progress.</param>
    /// <param name="notice">Takes what else a person should know, for instance that the run waits for an app.</param>
    /// <param name="cancellation">Stops watching; the run goes on.</param>
    public static async Task<RunState> FollowAsync(
        GatewayClient gateway, string run, IProgressSink progress, Action<string> notice, CancellationToken cancellation)
    {
        var done = new Dictionary<string, long>();
        RunState? state = null;
        await foreach (var item in gateway.WatchAsync(run, cancellation))
        {
            if (item.EventType == "progress" && JsonSerializer.Deserialize<ProgressState>(item.Data, JsonSerializerOptions.Web) is { } step)
            {
                long events = step.Events - done.GetValueOrDefault(step.Step);
                progress.Report(new StepProgress(run, step.Step, events, step.TotalEvents, step.Note));
                done[step.Step] = step.Events;
            }
            else if (item.EventType == "state")
            {
                state = JsonSerializer.Deserialize<RunState>(item.Data, JsonSerializerOptions.Web)!;
                if (state.Waiting is { } waiting)
                    notice($"run {run}: {waiting}");
                else if (state.Status == "suspended")
                    notice($"run {run} is suspended; ./daprhep resume {run} lets it go on");
            }
        }
        return state!;
    }

    /// <summary>The result of a run that has ended.</summary>
    /// <exception cref="BadInputException">The run failed because of its input.</exception>
    /// <exception cref="GatewayException">The run failed or was cancelled.</exception>
    public static PipelineResult ResultOf(RunState state) => state switch
    {
        { Result: { } result } => result,
        { ErrorType: { } type, Error: { } error } when type == typeof(BadInputException).FullName => throw new BadInputException(error),
        { Status: "cancelled" } => throw new GatewayException($"run {state.Run} was cancelled"),
        _ => throw new GatewayException($"run {state.Run} failed: {state.Error}"),
    };
}
