using System.Text.Json;
using Dapr.Workflow;
using Dapr.Workflow.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DaprHep.Cli.Embedded;

/// <summary>
/// Runs a workflow straight through, its activities as calls in this process, as many at a time as there are cores. Inputs and outputs
/// pass through JSON as they would on the wire, and a failed activity is reported as the Dapr runtime reports it.
/// </summary>
internal sealed class EmbeddedWorkflowContext(
    string instance, string workflow, IServiceProvider services, IReadOnlyList<Type> activities, CancellationToken cancellation)
    : WorkflowContext, IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private readonly SemaphoreSlim _slots = new(Environment.ProcessorCount);
    private readonly CancellationTokenSource _failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private int _calls;

    public override string Name => workflow;

    public override string InstanceId => instance;

    public override DateTime CurrentUtcDateTime => DateTime.UtcNow;

    public override bool IsReplaying => false;

    public override bool IsPatched(string patchName) => true;

    public override async Task<T> CallActivityAsync<T>(string name, object? input = null, WorkflowTaskOptions? options = null)
    {
        Type type = activities.FirstOrDefault(activity => activity.Name == name)
            ?? throw new InvalidOperationException($"workflow {workflow} calls activity '{name}', which no service has");
        var context = new ActivityContext(name, $"{instance}:{Interlocked.Increment(ref _calls)}", instance);
        await _slots.WaitAsync(_failed.Token);
        try
        {
            return await Task.Run(() => RunAsync<T>(type, context, input), _failed.Token);
        }
        catch (WorkflowTaskFailedException)
        {
            // One bad file of a thousand ends the run: the rest of the fan-out is not waited for.
            await _failed.CancelAsync();
            throw;
        }
        finally
        {
            _slots.Release();
        }
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        TimeSpan delay = fireAt - CurrentUtcDateTime;
        return Task.Delay(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, cancellationToken);
    }

    public void Dispose()
    {
        _slots.Dispose();
        _failed.Dispose();
    }

    public override Guid NewGuid() => Guid.NewGuid();

    public override void SetCustomStatus(object? customStatus)
    {
    }

    public override ILogger CreateReplaySafeLogger(string categoryName) => NullLogger.Instance;

    public override ILogger CreateReplaySafeLogger(Type type) => NullLogger.Instance;

    public override ILogger CreateReplaySafeLogger<T>() => NullLogger.Instance;

    public override Task<T> WaitForExternalEventAsync<T>(string eventName, CancellationToken cancellationToken = default) => throw NeedsRuntime();

    public override Task<T> WaitForExternalEventAsync<T>(string eventName, TimeSpan timeout) => throw NeedsRuntime();

    public override void SendEvent(string instanceId, string eventName, object payload) => throw NeedsRuntime();

    public override Task<TResult> CallChildWorkflowAsync<TResult>(string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null) =>
        throw NeedsRuntime();

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) => throw NeedsRuntime();

    private static NotSupportedException NeedsRuntime() => new("needs a Dapr runtime; an embedded run has none");

    private async Task<T> RunAsync<T>(Type type, ActivityContext context, object? input)
    {
        try
        {
            var activity = (IWorkflowActivity)ActivatorUtilities.CreateInstance(services, type);
            object? received = JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(input, Json), activity.InputType, Json);
            object? output = await activity.RunAsync(context, received);
            return JsonSerializer.Deserialize<T>(JsonSerializer.SerializeToUtf8Bytes(output, Json), Json)!;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new WorkflowTaskFailedException(
                $"{context.Identifier} failed: {e.GetType().Name}: {e.Message}",
                new WorkflowTaskFailureDetails(e.GetType().FullName!, e.Message, e.StackTrace));
        }
    }

    private sealed class ActivityContext(string name, string key, string instance) : WorkflowActivityContext
    {
        public override TaskIdentifier Identifier => name;

        public override string TaskExecutionKey => key;

        public override string InstanceId => instance;
    }
}
