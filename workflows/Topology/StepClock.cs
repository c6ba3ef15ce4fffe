using Dapr.Workflow;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.Telemetry;

namespace DaprHep.Topology;

/// <summary>
/// Times the steps by the workflow's own clock, which gives the same answers when the workflow is replayed, and says in the workflow's
/// custom status which step is under way.
/// </summary>
internal sealed class StepClock
{
    private readonly WorkflowContext _context;
    private readonly List<StepTiming> _timings = [];
    private DateTime _last;

    public StepClock(WorkflowContext context)
    {
        _context = context;
        Started = _last = context.CurrentUtcDateTime;
        context.SetCustomStatus(Steps.InOrder[0].Step);
    }

    public DateTime Started { get; }

    public IReadOnlyList<StepTiming> Timings => _timings;

    /// <summary>Ends the step that ran since the last call.</summary>
    public void Finish(string step, long events)
    {
        DateTime now = _context.CurrentUtcDateTime;
        _timings.Add(new StepTiming(step, (now - _last).TotalSeconds, events));
        if (!_context.IsReplaying)
            Measures.StepEnds(step, now - _last);
        _last = now;
        _context.SetCustomStatus(Steps.InOrder[_timings.Count].Step);
    }
}
