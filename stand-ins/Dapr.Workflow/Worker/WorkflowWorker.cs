using Dapr.Common.Serialization;
using Dapr.Workflow.Grpc;
using DaprHep.WorkflowProtocol;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <summary>
/// Takes work from the sidecar's stream, runs it and answers. A lost stream is opened again with back-off; what was unanswered then
/// comes again, so answers that cannot be delivered are dropped.
/// </summary>
internal sealed class WorkflowWorker : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HelloInterval = TimeSpan.FromSeconds(30);
    private readonly SidecarChannel _channel;
    private readonly WorkflowTurn _turn;
    private readonly ActivityRunner _activities;
    private readonly ILogger<WorkflowWorker> _logger;

    // Bounds of the official SDK; finer ones belong to the sidecar's configuration or to the activities themselves.
    private readonly SemaphoreSlim _turnSlots = new(100);
    private readonly SemaphoreSlim _activitySlots = new(100);

    public WorkflowWorker(
        SidecarChannel channel, IWorkflowsFactory workflows, IServiceProvider services, IDaprSerializer serializer, ILoggerFactory loggers)
    {
        _channel = channel;
        _logger = loggers.CreateLogger<WorkflowWorker>();
        _turn = new WorkflowTurn(workflows, services, serializer, loggers);
        _activities = new ActivityRunner(workflows, services, serializer, _logger);
    }

    public override void Dispose()
    {
        base.Dispose();
        _turnSlots.Dispose();
        _activitySlots.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ServeAsync(() => pause = FirstPause, stoppingToken).ConfigureAwait(false);
                _logger.LogInformation("The sidecar at {Endpoint} ended the work stream.", _channel.Endpoint);
            }
            catch (RpcException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unauthenticated)
            {
                _logger.LogError("The sidecar at {Endpoint} refuses this worker's API token; set DAPR_API_TOKEN to the sidecar's.",
                    _channel.Endpoint);
            }
            catch (RpcException e)
            {
                _logger.LogWarning("No work stream from the sidecar at {Endpoint}, trying again: {Reason}", _channel.Endpoint,
                    e.Status.Detail);
            }

            try
            {
                await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task ServeAsync(Action opened, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var hello = KeepAliveAsync(stop.Token);
        try
        {
            var items = _channel.StreamAsync(SidecarMethod.GetWorkItems, new GetWorkItemsRequest(), WorkItem.Parser, OnOpened,
                cancellation);
            await foreach (var item in items.ConfigureAwait(false))
            {
                if (item.WorkflowRequest is { } turn)
                    _ = Task.Run(() => TurnAsync(turn, item.CompletionToken, cancellation), CancellationToken.None);
                else if (item.ActivityRequest is { } activity)
                    _ = Task.Run(() => ActivityAsync(activity, item.CompletionToken, cancellation), CancellationToken.None);
                else
                    _logger.LogWarning("The sidecar sent a work item of a kind this worker does not know.");
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await hello.ConfigureAwait(false);
        }

        void OnOpened()
        {
            _logger.LogInformation("Connected to the sidecar at {Endpoint}.", _channel.Endpoint);
            opened();
        }
    }

    private async Task TurnAsync(WorkflowRequest request, string completionToken, CancellationToken cancellation)
    {
        await _turnSlots.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (request.RequiresHistoryStreaming)
                await AddHistoryAsync(request, cancellation).ConfigureAwait(false);
            var response = _turn.Run(request, completionToken);
            if (response.CalculateSize() > GrpcFrame.DefaultLimit)
                response = TooLarge(response);
            await AnswerAsync(SidecarMethod.CompleteOrchestratorTask, response, $"turn of instance {request.InstanceId}",
                cancellation).ConfigureAwait(false);
        }
        catch (RpcException e)
        {
            _logger.LogWarning("The history of instance {InstanceId} could not be had, and its turn is left unanswered: {Reason}",
                request.InstanceId, e.Status.Detail);
        }
        finally
        {
            _turnSlots.Release();
        }
    }

    // A runtime may leave a long history out of the turn and have it asked for.
    private async Task AddHistoryAsync(WorkflowRequest request, CancellationToken cancellation)
    {
        var asked = new GetInstanceHistoryRequest { InstanceId = request.InstanceId };
        var history = await _channel.CallAsync(
            SidecarMethod.GetInstanceHistory, asked, GetInstanceHistoryResponse.Parser, null, cancellation).ConfigureAwait(false);
        request.PastEvents.AddRange(history.Events);
    }

    private async Task ActivityAsync(ActivityRequest request, string completionToken, CancellationToken cancellation)
    {
        await _activitySlots.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var response = await _activities.RunAsync(request, completionToken).ConfigureAwait(false);
            var what = $"activity {request.Name} #{request.TaskId} of instance {response.InstanceId}";
            await AnswerAsync(SidecarMethod.CompleteActivityTask, response, what, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _activitySlots.Release();
        }
    }

    private async Task AnswerAsync(string method, IMessage response, string what, CancellationToken cancellation)
    {
        try
        {
            await _channel.CallAsync(method, response, CompleteTaskResponse.Parser, null, cancellation).ConfigureAwait(false);
        }
        catch (RpcException e)
        {
            if (!cancellation.IsCancellationRequested)
                _logger.LogWarning("The answer to the {What} could not be delivered ({Reason}); the sidecar will send the work again.",
                    what, e.Status.Detail);
        }
    }

    // An answer the sidecar refuses would leave the instance hanging for ever.
    private static WorkflowResponse TooLarge(WorkflowResponse response) => new()
    {
        InstanceId = response.InstanceId,
        CompletionToken = response.CompletionToken,
        Actions =
        {
            new WorkflowAction
            {
                Id = response.Actions.Max(a => a.Id),
                CompleteWorkflow = new CompleteWorkflowAction
                {
                    WorkflowStatus = OrchestrationStatus.Failed,
                    FailureDetails = new TaskFailureDetails
                    {
                        IsNonRetriable = true,
                        ErrorType = "Dapr.Workflow.PayloadTooLarge",
                        ErrorMessage = $"One turn of the workflow asked for {response.Actions.Count} actions of {response.CalculateSize()} bytes; "
                            + $"the runtime takes {GrpcFrame.DefaultLimit} bytes. Pass references, or spread the work over child workflows.",
                    },
                },
            },
        },
    };

    // Load balancers close idle connections; the runtime itself needs no sign of life.
    private async Task KeepAliveAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(HelloInterval);
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                if (!await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
                    return;
                await _channel.CallAsync(SidecarMethod.Hello, new Empty(), Empty.Parser, TimeSpan.FromSeconds(10),
                    cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (RpcException e)
            {
                _logger.LogDebug("Hello was not answered: {Reason}", e.Status.Detail);
            }
        }
    }
}
