using System.Diagnostics;
using Dapr.Workflow;
using Dapr.Workflow.Abstractions;
using DaprHep.Hosting.News;
using DaprHep.Hosting.Runs;
using DaprHep.Hosting.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DaprHep.Hosting;

/// <summary>
/// Runs an activity as a service does: in a log scope with the run's id, as many at a time as there are cores, until its run is cancelled
/// or has failed. One whose run is suspended before it begins waits until the run goes on.
/// A process that is to stop leaves the activity unanswered, so that the runtime gives it to another worker instead of failing the run.
/// </summary>
#pragma warning disable CA1001 // the source has no timer and no links of its own, and nobody disposes activities
internal sealed class ServiceActivity<TActivity> : IWorkflowActivity
#pragma warning restore CA1001
    where TActivity : class, IWorkflowActivity
{
    private readonly ActivitySlots _slots;
    private readonly ProcessStopping _stopping;
    private readonly RunWatch _runs;
    private readonly RunNews _news;
    private readonly ILogger<TActivity> _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly TActivity _activity;

    public ServiceActivity(
        IServiceProvider services, ActivitySlots slots, ProcessStopping stopping, RunWatch runs, RunNews news, ILogger<TActivity> logger)
    {
        (_slots, _stopping, _runs, _news, _logger) = (slots, stopping, runs, news, logger);
        _activity = ActivatorUtilities.CreateInstance<TActivity>(services, new WorkStopping(_stop.Token));
    }

    public Type InputType => _activity.InputType;

    public Type OutputType => _activity.OutputType;

    public async Task<object?> RunAsync(WorkflowActivityContext context, object? input)
    {
        (string activity, string run) = (typeof(TActivity).Name, (input as IRunInput)?.Run ?? context.InstanceId);
        using IDisposable? scope = _logger.BeginScope(new Dictionary<string, object> { ["RunId"] = run });
        using RunWork work = _runs.Enter(run);
        using CancellationTokenRegistration stops = _stopping.Token.Register(_stop.Cancel);
        using CancellationTokenRegistration cancelled = work.Cancelled.Register(_stop.Cancel);
        long taken = Stopwatch.GetTimestamp();
        var outcome = Measures.Outcome.Failed;
        string? error = null;
        Measures.ActivityStarts(activity);
        var told = new WorkTold(record => _news.Add(run, record), activity, (input as IRunInput)?.Part);
        try
        {
            using IDisposable slot = await TakeSlotAsync(work).ConfigureAwait(false);
            long started = Stopwatch.GetTimestamp();
            told.Starts();
            _logger.LogInformation("{Activity} of run {Run} starts", activity, run);
            object? output = await _activity.RunAsync(context, input).ConfigureAwait(false);
            double milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            _logger.LogInformation("{Activity} of run {Run} is done, {Milliseconds:F0} ms", activity, run, milliseconds);
            outcome = Measures.Outcome.Done;
            return output;
        }
        catch (BadInputException e)
        {
            (outcome, error) = (Measures.Outcome.BadInput, e.Message);
            throw;
        }
        catch (OperationCanceledException) when (_stopping.Token.IsCancellationRequested)
        {
            told.Ends("lost");
            await Task.Delay(Timeout.Infinite, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
        catch (OperationCanceledException) when (work.Cancelled.IsCancellationRequested)
        {
            outcome = Measures.Outcome.Cancelled;
            throw new RunCancelledException(run);
        }
        catch (Exception e)
        {
            error = e.Message;
            throw;
        }
        finally
        {
            told.Ends(Measures.NameOf(outcome), error);
            Measures.ActivityEnds(activity, outcome, Stopwatch.GetElapsedTime(taken));
        }
    }

    // The run may be suspended while its work waits for a slot, which is then for others.
    private async Task<IDisposable> TakeSlotAsync(RunWork work)
    {
        while (true)
        {
            await work.GoesOn.WaitAsync(_stop.Token).ConfigureAwait(false);
            IDisposable slot = await _slots.TakeAsync(_stop.Token).ConfigureAwait(false);
            if (work.GoesOn.IsCompleted)
                return slot;
            slot.Dispose();
        }
    }
}

/// <summary>
/// Bounds how many activities of a process run at a time. A process that stops waits for those under way, so that none leaves a partial
/// object behind.
/// </summary>
internal sealed class ActivitySlots : IHostedService, IDisposable
{
    private static readonly int Slots = Environment.ProcessorCount;
    private readonly SemaphoreSlim _free = new(Slots);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        for (int taken = 0; taken < Slots; taken++)
            await _free.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

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
