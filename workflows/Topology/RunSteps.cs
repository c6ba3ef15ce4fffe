using Dapr.Workflow;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.Telemetry;
using Microsoft.Extensions.Logging;

namespace DaprHep.Topology;

/// <summary>
/// The steps of a run: each begins when the app that does its work has a worker, is timed by the workflow's own clock, which gives the same
/// answers when the workflow is replayed, and stands in the workflow's custom status.
/// </summary>
internal sealed class RunSteps(WorkflowContext context, PipelineRequest request)
{
    private readonly List<StepTiming> _timings = [];
    private readonly IReadOnlyList<(string Step, string App)> _order = Steps.Of(request);
    private readonly StepCalls _calls = new(context, request.Attempts);
    private DateTime _last = context.CurrentUtcDateTime;
    private string _app = "";
    private int _parts;

    public DateTime Started { get; } = context.CurrentUtcDateTime;

    public IReadOnlyList<StepTiming> Timings => _timings;

    /// <summary>Begins the next step; waits for its app's worker where there is none.</summary>
    public async Task BeginAsync()
    {
        (string step, _app) = _order[_timings.Count];
        _parts = 0;
        Say(step);
        if (await context.CallActivityAsync<DateTimeOffset?>(WaitForWorker.Ask, _app) is not { } since)
            return;
        Say(step, StepStatus.WaitingFor(_app, since));
        await CallChildAsync<bool>(nameof(WaitForWorker), _app);
        Say(step);
    }

    /// <summary>Ends the step that has begun.</summary>
    public void Finish(long events)
    {
        DateTime now = context.CurrentUtcDateTime;
        string step = _order[_timings.Count].Step;
        _timings.Add(new StepTiming(step, (now - _last).TotalSeconds, events));
        if (!context.IsReplaying)
            Measures.StepEnds(step, now - _last);
        _last = now;
        Say(step);
    }

    /// <summary>Calls an activity of the step's app.</summary>
    public Task<T> CallAsync<T>(string activity, object input) => _calls.CallAsync<T>(_app, activity, input);

    /// <summary>Has a job done by the child workflow of a name, one a run.</summary>
    public Task<TOutput> HaveDoneAsync<TInput, TOutput>(string workflow, TInput input) =>
        _calls.HaveDoneAsync<TInput, TOutput>(workflow, request.Run, input);

    /// <summary>Calls an activity for each index below <paramref name="count"/>, through child workflows of bounded size.</summary>
    /// <returns>The outputs that the fan-out shows, by index.</returns>
    public async Task<IReadOnlyList<TOutput>> FanOutAsync<TFanOut, TInput, TOutput>(TInput input, int count)
        where TFanOut : FanOut<TInput, TOutput>
        where TInput : notnull
    {
        const int Size = FanOut<TInput, TOutput>.Size;
        _parts += count;
        Say(_order[_timings.Count].Step);
        IReadOnlyList<TOutput>[] outputs = await FailFast.WhenAll(
            Enumerable.Range(0, (count + Size - 1) / Size).Select(range => CallChildAsync<IReadOnlyList<TOutput>>(
                typeof(TFanOut).Name,
                new FanOutRange<TInput>(input, range * Size, Math.Min(Size, count - (range * Size)), request.Attempts))));
        return [.. outputs.SelectMany(part => part)];
    }

    /// <summary>
    /// Stops what still works for the run after a failure: the other calls of a fan-out, the other trials of a search. Should that not
    /// succeed, they run to their end, and nobody is worse off.
    /// </summary>
    public async Task StopWorkAsync()
    {
        try
        {
            await context.CallActivityAsync<bool>(TopologyPipeline.StopWork, request.Run);
        }
        catch (WorkflowTaskFailedException e)
        {
            context.CreateReplaySafeLogger<TopologyPipeline>().LogWarning(
                "What works for failed run {Run} was not told to stop: {Reason}", request.Run, e.FailureDetails.ErrorMessage);
        }
    }

    /// <inheritdoc cref="StepCalls.ChildAsync"/>
    public Task<T> CallChildAsync<T>(string workflow, object input) => _calls.ChildAsync<T>(workflow, input);

    private void Say(string step, string? waiting = null) => context.SetCustomStatus(new StepStatus(step, waiting)
    {
        Since = _last,
        Parts = _parts > 0 ? _parts : null,
        Timings = _timings.Count > 0 ? [.. _timings] : null,
    });
}
