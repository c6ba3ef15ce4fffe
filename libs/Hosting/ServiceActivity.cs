using System.Diagnostics;
using Dapr.Workflow;
using Dapr.Workflow.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DaprHep.Hosting;

/// <summary>
/// Runs an activity as a service does: in a log scope with the run's id, as many at a time as there are cores. A process that is to stop
/// leaves the activity unanswered, so that the runtime gives it to another worker instead of failing the run.
/// </summary>
internal sealed class ServiceActivity<TActivity>(
    IServiceProvider services, ActivitySlots slots, ProcessStopping stopping, ILogger<TActivity> logger)
    : IWorkflowActivity
    where TActivity : class, IWorkflowActivity
{
    private readonly TActivity _activity = ActivatorUtilities.CreateInstance<TActivity>(services);

    public Type InputType => _activity.InputType;

    public Type OutputType => _activity.OutputType;

    public async Task<object?> RunAsync(WorkflowActivityContext context, object? input)
    {
        using IDisposable? scope = logger.BeginScope(new Dictionary<string, object> { ["RunId"] = context.InstanceId });
        try
        {
            using IDisposable slot = await slots.TakeAsync(stopping.Token).ConfigureAwait(false);
            long started = Stopwatch.GetTimestamp();
            (string activity, string run) = (typeof(TActivity).Name, context.InstanceId);
            logger.LogInformation("{Activity} of run {Run} starts", activity, run);
            object? output = await _activity.RunAsync(context, input).ConfigureAwait(false);
            double milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            logger.LogInformation("{Activity} of run {Run} is done, {Milliseconds:F0} ms", activity, run, milliseconds);
            return output;
        }
        catch (OperationCanceledException) when (stopping.Token.IsCancellationRequested)
        {
            await Task.Delay(Timeout.Infinite, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }
}

/// <summary>Bounds how many activities of a process run at a time.</summary>
internal sealed class ActivitySlots : IDisposable
{
    private readonly SemaphoreSlim _free = new(Environment.ProcessorCount);

    /// <summary>Waits for a slot; disposing what is returned frees it.</summary>
    public async Task<IDisposable> TakeAsync(CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation).ConfigureAwait(false);
        return new Slot(_free);
    }

    public void Dispose() => _free.Dispose();

    private sealed class Slot(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => free.Release();
    }
}
