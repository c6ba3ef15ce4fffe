using DaprHep.WorkflowProtocol;
using Google.Protobuf;

namespace DaprHep.DevSidecar.Tests;

/// <summary>Compares messages of two runtimes by what is not made up by either: times and generated ids are left out.</summary>
internal static class CapturedCompare
{
    /// <summary>Whether an error text holds names that the runtime draws anew every time.</summary>
    public static bool HasMadeUpText(string? details) => details?.Contains("actorreminder||", StringComparison.Ordinal) == true;

    public static void Same(IMessage expected, IMessage actual, string where)
    {
        if (expected.CalculateSize() == 0 && actual is CompleteTaskResponse)
            return;
        var (wanted, got) = (JsonFormatter.Default.Format(Timeless(expected)), JsonFormatter.Default.Format(Timeless(actual)));
        if (wanted == got)
            return;
        var at = wanted.Zip(got).TakeWhile(p => p.First == p.Second).Count();
        throw new CapturedDifferenceException(
            $"{where}: differs at character {at}: the runtime said …{Around(wanted, at)}…, the sidecar says …{Around(got, at)}…");
    }

    private static string Around(string text, int at) => text[Math.Max(0, at - 80)..Math.Min(text.Length, at + 160)];

    /// <summary>An event as text, without what is made up.</summary>
    public static string TextOf(HistoryEvent e)
    {
        var copy = e.Clone();
        Strip([copy]);
        return JsonFormatter.Default.Format(copy);
    }

    private static IMessage Timeless(IMessage message)
    {
        switch (message)
        {
            case WorkItem item:
                var copy = item.Clone();
                copy.CompletionToken = string.Empty; // ours has one after a worker was lost
                if (copy.WorkflowRequest is { } request)
                    Strip([.. request.PastEvents, .. request.NewEvents]);
                return copy;
            case GetInstanceHistoryResponse history:
                var events = history.Clone();
                Strip([.. events.Events]);
                return events;
            case GetInstanceResponse { WorkflowState: not null } response:
                var state = response.Clone();
                state.WorkflowState.CreatedTimestamp = null;
                state.WorkflowState.LastUpdatedTimestamp = null;
                state.WorkflowState.StartedAt = null;
                state.WorkflowState.ParentInstanceId = null; // the runtime shows the parent now and then
                state.WorkflowState.ParentAppId = null;
                return state;
            default:
                return message;
        }
    }

    private static void Strip(List<HistoryEvent> events)
    {
        foreach (var e in events)
        {
            e.Timestamp = null;
            if (e.TimerCreated is { } created)
                created.FireAt = null;
            if (e.TimerFired is { } fired)
                fired.FireAt = null;
            if (e.ExecutionStarted is not { } started)
                continue;
            started.WorkflowInstance.ExecutionId = null;
            started.ScheduledStartTimestamp = null;
            if (started.ParentInstance?.WorkflowInstance is { } parent)
                parent.ExecutionId = null;
        }
    }
}

/// <summary>The sidecar said something else than the runtime did.</summary>
internal sealed class CapturedDifferenceException(string message) : Exception(message);
