using System.Diagnostics;
using DaprHep.WorkflowProtocol;

namespace Dapr.Workflow.Worker;

/// <summary>Puts workflow and activity code under the trace that started the instance. Source name: <c>Dapr.Workflow</c>.</summary>
internal static class WorkerTrace
{
    private static readonly ActivitySource Source = new("Dapr.Workflow");

    /// <summary>A turn only carries the trace on: a span for every replay would say nothing.</summary>
    public static IDisposable? StartTurn(TraceContext? parent) => Carry("workflow turn", parent);

    /// <summary>An activity is a span.</summary>
    public static IDisposable? StartActivity(ActivityRequest request)
    {
        var parent = request.ParentTraceContext;
        if (parent is not null && ActivityContext.TryParse(parent.TraceParent, parent.TraceState, isRemote: true, out var context)
            && Source.StartActivity($"activity {request.Name}", ActivityKind.Internal, context) is { } span)
        {
            span.SetTag("dapr.workflow.instance", request.WorkflowInstance?.InstanceId);
            span.SetTag("dapr.workflow.task", request.TaskId);
            return span;
        }

        return Carry("activity", parent);
    }

    private static Activity? Carry(string name, TraceContext? parent)
    {
        if (string.IsNullOrEmpty(parent?.TraceParent))
            return null;
        var activity = new Activity(name).SetParentId(parent.TraceParent);
        if (!string.IsNullOrEmpty(parent.TraceState))
            activity.TraceStateString = parent.TraceState;
        return activity.Start();
    }
}
