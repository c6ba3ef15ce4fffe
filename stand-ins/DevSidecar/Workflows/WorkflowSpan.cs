using System.Diagnostics;
using DaprHep.WorkflowProtocol;

namespace DaprHep.DevSidecar.Workflows;

/// <summary>
/// The spans of workflow executions, of source <c>DaprHep.DevSidecar</c>: from the start of the execution to its end, under the span that
/// started it and over those of its activities and children, as the runtime's are when it traces. Where nobody collects there are none, and
/// the starter's context goes on to activities as it came. A killed sidecar loses the spans of what ran; what follows gets new ones.
/// </summary>
internal static class WorkflowSpan
{
    private static readonly ActivitySource Source = new("DaprHep.DevSidecar");

    public static Activity? Start(InstanceKey key, HistoryEvent started)
    {
        var execution = started.ExecutionStarted;
        if (!ActivityContext.TryParse(execution.ParentTraceContext?.TraceParent, execution.ParentTraceContext?.TraceState, isRemote: true,
            out var parent))
            return null;
        var current = Activity.Current;
        var span = Source.StartActivity($"workflow {execution.Name}", ActivityKind.Internal, parent,
            startTime: new DateTimeOffset(started.Timestamp.ToDateTime()));
        span?.SetTag("dapr.workflow.instance", key.Id);
        span?.SetTag("dapr.app", key.App);
        Activity.Current = current;
        return span;
    }

    public static void End(Activity? span, TaskFailureDetails? failure)
    {
        if (span is null)
            return;
        if (failure is not null)
            span.SetStatus(ActivityStatusCode.Error, failure.ErrorMessage);
        var current = Activity.Current;
        span.Stop();
        Activity.Current = current;
    }
}
