using Dapr.Common.Serialization;
using Dapr.Workflow.Worker;
using DaprHep.WorkflowProtocol;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dapr.Workflow.Tests;

/// <summary>Runs workflow turns without a sidecar and keeps the history the way the runtime does.</summary>
internal sealed class TurnHarness
{
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly WorkflowTurn _turn;
    private readonly List<HistoryEvent> _past = [];
    private DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public TurnHarness(Action<WorkflowRuntimeOptions> register, ILoggerFactory? loggers = null)
    {
        var options = new WorkflowRuntimeOptions();
        register(options);
        var factory = new WorkflowsFactory(NullLogger<WorkflowsFactory>.Instance);
        options.ApplyRegistrations(factory);
        _turn = new WorkflowTurn(factory, _services, new JsonDaprSerializer(), loggers ?? NullLoggerFactory.Instance);
    }

    public List<HistoryEvent> Past => _past;

    public string InstanceId { get; init; } = "instance-1";

    public WorkflowResponse Run(WorkflowRequest request) => _turn.Run(request, "token");

    public WorkflowResponse Start(string name, string? input = null) => Turn(new HistoryEvent
    {
        ExecutionStarted = new ExecutionStartedEvent { Name = name, Input = input,
            WorkflowInstance = new WorkflowInstance { InstanceId = InstanceId } },
        Router = new TaskRouter { SourceAppID = "app" },
    });

    public WorkflowResponse Turn(params HistoryEvent[] events)
    {
        _now += TimeSpan.FromSeconds(1);
        var request = new WorkflowRequest { InstanceId = InstanceId };
        request.PastEvents.AddRange(_past);
        request.NewEvents.Add(Stamp(new HistoryEvent { WorkflowStarted = new WorkflowStartedEvent() }));
        request.NewEvents.AddRange(events.Select(Stamp));
        var response = Run(request);
        _past.AddRange(request.NewEvents);
        if (response.Version is not null)
            request.NewEvents[0].WorkflowStarted.Version = response.Version;
        _past.AddRange(response.Actions.Select(Recorded).OfType<HistoryEvent>());
        return response;
    }

    public static HistoryEvent Done(int id, string? result) =>
        new() { TaskCompleted = new TaskCompletedEvent { TaskScheduledId = id, Result = result } };

    public static HistoryEvent Failed(int id, string message, bool final = false) => new()
    {
        TaskFailed = new TaskFailedEvent
        {
            TaskScheduledId = id,
            FailureDetails = new TaskFailureDetails { ErrorType = "System.InvalidOperationException", ErrorMessage = message,
                IsNonRetriable = final },
        },
    };

    public static HistoryEvent Fired(int id) => new() { TimerFired = new TimerFiredEvent { TimerId = id } };

    public static HistoryEvent Raised(string name, string? input = null) =>
        new() { EventRaised = new EventRaisedEvent { Name = name, Input = input } };

    private HistoryEvent Stamp(HistoryEvent e)
    {
        e.EventId = -1;
        e.Timestamp = Timestamp.FromDateTimeOffset(_now);
        return e;
    }

    private HistoryEvent? Recorded(WorkflowAction action)
    {
        var recorded = new HistoryEvent { EventId = action.Id, Timestamp = Timestamp.FromDateTimeOffset(_now) };
        if (action.ScheduleTask is { } task)
            recorded.TaskScheduled = new TaskScheduledEvent { Name = task.Name, Input = task.Input,
                TaskExecutionId = task.TaskExecutionId };
        else if (action.CreateTimer is { } timer)
            recorded.TimerCreated = new TimerCreatedEvent { FireAt = timer.FireAt, ExternalEvent = timer.ExternalEvent };
        else if (action.CreateChildWorkflow is { } child)
            recorded.ChildWorkflowInstanceCreated = new ChildWorkflowInstanceCreatedEvent { Name = child.Name,
                InstanceId = child.InstanceId, Input = child.Input };
        else
            return null;
        return recorded;
    }
}
