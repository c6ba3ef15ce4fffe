using Dapr.Common.Serialization;
using Dapr.Workflow.Abstractions;
using DaprHep.WorkflowProtocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <summary>One turn of a workflow: replays its history, takes in what is new, and answers with the next actions.</summary>
internal sealed class WorkflowTurn(IWorkflowsFactory workflows, IServiceProvider services, IDaprSerializer serializer,
    ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger<WorkflowTurn>();

    public WorkflowResponse Run(WorkflowRequest request, string completionToken)
    {
        var response = new WorkflowResponse { InstanceId = request.InstanceId, CompletionToken = completionToken };
        var started = request.PastEvents.Concat(request.NewEvents).LastOrDefault(e => e.ExecutionStarted is not null);
        if (started is null)
        {
            response.Actions.Add(Failed(0, "WorkflowNameMissing",
                $"The turn of instance '{request.InstanceId}' holds no executionStarted event."));
            return response;
        }

        var name = started.ExecutionStarted.Name;
        using var trace = WorkerTrace.StartTurn(started.ExecutionStarted.ParentTraceContext);
        using var scope = services.CreateScope();
        if (!workflows.TryCreateWorkflow(new TaskIdentifier(name), scope.ServiceProvider, out var workflow, out var activation))
        {
            // A request to end an instance is honoured even when its code is gone.
            var terminated = request.NewEvents.FirstOrDefault(e => e.ExecutionTerminated is not null);
            response.Actions.Add(terminated is not null
                ? Terminated(0, terminated)
                : activation is not null
                    ? Failed(0, activation.GetType().FullName!, $"Workflow '{name}' failed to activate: {activation.Message}",
                        activation.StackTrace)
                    : Failed(0, "WorkflowNotFound", $"Workflow '{name}' is not registered in this app."));
            return response;
        }

        var thread = new TurnThread();
        try
        {
            var appId = started.Router is { HasTargetAppID: true, TargetAppID.Length: > 0 } router ? router.TargetAppID
                : started.Router?.SourceAppID;
            var patches = new PatchLedger(request.PastEvents);
            var context = new TurnContext(name, appId, request.InstanceId, request.ExecutionId, patches, serializer, loggers, thread);
            Play(request, workflow!, context, thread, response);
            response.Version = patches.Answer(name);
        }
        finally
        {
            thread.Close();
        }

        return response;
    }

    private void Play(WorkflowRequest request, IWorkflow workflow, TurnContext context, TurnThread thread, WorkflowResponse response)
    {
        Task<object?>? run = null;
        var suspended = false;
        var held = new Queue<HistoryEvent>();
        try
        {
            for (var i = 0; i < request.PastEvents.Count + request.NewEvents.Count; i++)
            {
                var isPast = i < request.PastEvents.Count;
                var e = isPast ? request.PastEvents[i] : request.NewEvents[i - request.PastEvents.Count];
                context.Replays(isPast);
                switch (e.EventTypeCase)
                {
                    case HistoryEvent.EventTypeOneofCase.WorkflowStarted:
                        context.TurnStarted(e.Timestamp.ToDateTime());
                        break;
                    case HistoryEvent.EventTypeOneofCase.ExecutionTerminated when run is not { IsCompleted: true }:
                        response.Actions.Add(Terminated(context.Ledger.NextId, e));
                        return;
                    case HistoryEvent.EventTypeOneofCase.ExecutionSuspended:
                        suspended = true;
                        break;
                    case HistoryEvent.EventTypeOneofCase.ExecutionResumed:
                        suspended = false;
                        while (held.TryDequeue(out var late))
                            Take(late);
                        break;
                    default:
                        if (suspended)
                            held.Enqueue(e);
                        else
                            Take(e);
                        break;
                }
            }

            if (!suspended)
                Check(run, context, thread);
        }
        catch (NonDeterministicWorkflowException e)
        {
            _logger.LogError("Instance {InstanceId} of workflow {Name}: {Problem}", context.InstanceId, context.Name, e.Message);
            response.Actions.Add(Failed(context.Ledger.NextId, e.GetType().FullName!, e.Message, e.StackTrace));
            return;
        }

        Answer(run, context, response);
        return;

        void Take(HistoryEvent e)
        {
            switch (e.EventTypeCase)
            {
                case HistoryEvent.EventTypeOneofCase.ExecutionStarted when run is null:
                    thread.Run(() => run = Start(workflow, context, e.ExecutionStarted.Input));
                    break;
                case HistoryEvent.EventTypeOneofCase.TaskScheduled:
                case HistoryEvent.EventTypeOneofCase.TimerCreated:
                case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated:
                    context.Ledger.Recorded(e);
                    break;
                case HistoryEvent.EventTypeOneofCase.TaskCompleted:
                    thread.Run(() => context.Ledger.Answered(e.TaskCompleted.TaskScheduledId, e));
                    break;
                case HistoryEvent.EventTypeOneofCase.TaskFailed:
                    thread.Run(() => context.Ledger.Answered(e.TaskFailed.TaskScheduledId, e));
                    break;
                case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted:
                    thread.Run(() => context.Ledger.Answered(e.ChildWorkflowInstanceCompleted.TaskScheduledId, e));
                    break;
                case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed:
                    thread.Run(() => context.Ledger.Answered(e.ChildWorkflowInstanceFailed.TaskScheduledId, e));
                    break;
                case HistoryEvent.EventTypeOneofCase.TimerFired:
                    thread.Run(() => context.Ledger.Answered(e.TimerFired.TimerId, e));
                    break;
                case HistoryEvent.EventTypeOneofCase.EventRaised:
                    thread.Run(() => context.Inbox.Raised(e));
                    break;
            }
        }
    }

    // An input that cannot be read fails the workflow like an exception of its own code.
    private async Task<object?> Start(IWorkflow workflow, TurnContext context, string? input) =>
        await workflow.RunAsync(context, serializer.Deserialize(input, workflow.InputType));

    private static void Check(Task<object?>? run, TurnContext context, TurnThread thread)
    {
        context.Ledger.VerifyAllAskedFor();
        if (run is null or { IsCompleted: true } || context.Continuation is not null)
            return;
        if (thread.WokenFromOutside || (!context.Ledger.AwaitsAnswer && !context.Inbox.HasWaits))
        {
            throw new NonDeterministicWorkflowException(
                $"Workflow '{context.Name}' waits for something that is not in its history (Task.Delay, Task.Run, I/O, a lock …). "
                + "It may wait only for activities, child workflows, timers and events of its context.");
        }
    }

    private void Answer(Task<object?>? run, TurnContext context, WorkflowResponse response)
    {
        response.Actions.AddRange(context.Ledger.Pending);
        if (context.CustomStatus is { } status)
            response.CustomStatus = serializer.Serialize(status);
        if (context.Continuation is { } continuation)
        {
            if (context.KeepsEvents)
                continuation.CompleteWorkflow.CarryoverEvents.AddRange(context.Inbox.Kept);
        }
        else if (run is { IsCompletedSuccessfully: true })
        {
            response.Actions.Add(new WorkflowAction
            {
                Id = context.Ledger.NextId,
                CompleteWorkflow = new CompleteWorkflowAction
                {
                    WorkflowStatus = OrchestrationStatus.Completed,
                    Result = serializer.Serialize(run.Result),
                },
            });
        }
        else if (run is { IsCompleted: true })
        {
            var e = FailureOf(run);
            response.Actions.Add(Failed(context.Ledger.NextId, e.GetType().FullName!, e.Message, e.StackTrace));
        }
    }

    // A task that was cancelled has no exception of its own, but awaiting it throws the one that cancelled it.
    private static Exception FailureOf(Task run)
    {
        try
        {
            run.GetAwaiter().GetResult();
            throw new InvalidOperationException("the workflow has not failed");
        }
#pragma warning disable CA1031 // user code may have thrown anything
        catch (Exception e)
#pragma warning restore CA1031
        {
            return e;
        }
    }

    private static WorkflowAction Failed(int id, string type, string message, string? stackTrace = null) => new()
    {
        Id = id,
        CompleteWorkflow = new CompleteWorkflowAction
        {
            WorkflowStatus = OrchestrationStatus.Failed,
            FailureDetails = new TaskFailureDetails
            {
                IsNonRetriable = true,
                ErrorType = type,
                ErrorMessage = message,
                StackTrace = stackTrace ?? string.Empty,
            },
        },
    };

    private static WorkflowAction Terminated(int id, HistoryEvent e) => new()
    {
        Id = id,
        CompleteWorkflow = new CompleteWorkflowAction
        {
            WorkflowStatus = OrchestrationStatus.Terminated,
            Result = e.ExecutionTerminated.Input,
        },
    };
}
