using Dapr.Workflow;
using DaprHep.Hosting.Contracts;

namespace DaprHep.Topology;

/// <summary>Times the steps by the workflow's own clock, which gives the same answers when the workflow is replayed.</summary>
internal sealed class StepClock(WorkflowContext context)
{
    private readonly List<StepTiming> _timings = [];
    private DateTime _last = context.CurrentUtcDateTime;

    public DateTime Started { get; } = context.CurrentUtcDateTime;

    public IReadOnlyList<StepTiming> Timings => _timings;

    /// <summary>Ends the step that ran since the last call.</summary>
    public void Finish(string step, long events)
    {
        DateTime now = context.CurrentUtcDateTime;
        _timings.Add(new StepTiming(step, (now - _last).TotalSeconds, events));
        _last = now;
    }
}
