using System.Collections.Concurrent;
using System.Globalization;
using Dapr;
using Dapr.Client;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.News;
using DaprHep.Hosting.Runs;
using DaprHep.Hosting.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DaprHep.Hosting.Jobs;

/// <summary>
/// Runs the jobs that were submitted to this process: as many together as its cores allow, each under a lease that is renewed every two
/// seconds. A job ends done, failed or cancelled; one of a process that stops is given back, and one of a suspended run rests: both stop at a
/// checkpoint that the next attempt goes on from. At the end the workflow app is told.
/// </summary>
internal sealed class JobWorker(
    JobStore store,
    JobKinds kinds,
    RunWatch runs,
    RunNews news,
    DaprClient dapr,
    TimeProvider time,
    IServiceProvider services,
    ILogger<JobWorker> logger) : IHostedService, IDisposable
{
    private const int NoticeTries = 3;
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(4);
    private readonly string _owner = string.Create(
        CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}");

    private readonly JobCores _cores = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Task, bool> _working = new();

    /// <summary>Takes an attempt at a job, unless it was taken before, and begins it as soon as there are cores.</summary>
    /// <returns>The job's record.</returns>
    /// <exception cref="DaprException">The sidecar or the store is away.</exception>
    public async Task<JobRecord> SubmitAsync(JobSubmission submission, CancellationToken cancellation)
    {
        Job job = kinds.Create(submission.Kind, services);
        (JobRecord record, JobLease? lease) = await JobLease.TakeAsync(store, time, submission, _owner, cancellation);
        if (lease is not null)
        {
            Task work = Task.Run(() => WorkAsync(job, lease), CancellationToken.None);
            _working[work] = true;
            _ = work.ContinueWith(ended => _working.TryRemove(ended, out _), TaskScheduler.Default);
        }
        return record;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Stops all work and gives it back.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_working.Keys).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _cores.Dispose();
    }

    private async Task WorkAsync(Job job, JobLease lease)
    {
        using JobLease held = lease;
        using IDisposable? scope = logger.BeginScope(new Dictionary<string, object> { ["RunId"] = lease.Record.Run });
        Func<Task> end = await AttemptAsync(job, lease);
        await FinishAsync(lease.Record, end);
    }

    // Does the work, and gives what is to become of the record.
    private async Task<Func<Task>> AttemptAsync(Job job, JobLease lease)
    {
        JobRecord record = lease.Record;
        using RunWork run = runs.Enter(record.Run);
        using var measure = new JobMeasure(record.Kind, record.Id, record.Attempt);
        var told = new WorkTold(work => news.Add(record.Run, work), $"job {record.Kind}", part: null, record.Attempt);
        string? error = null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, run.Cancelled, run.Suspended, lease.Lost);
        using var heart = new CancellationTokenSource();
        Task heartbeat = BeatAsync(lease, heart.Token);
        Func<Task> end;
        try
        {
            using IDisposable cores = await _cores.TakeAsync(job.CoresOf(record.Input), stop.Token);
            logger.LogInformation("Attempt {Attempt} at job {Job} of run {Run} begins", record.Attempt, record.Id, record.Run);
            await lease.BeginAsync(stop.Token);
            measure.Begins();
            told.Starts(job.PartOf(record.Input));
            var output = await job.RunAsync(record.Input, new JobContext(lease, stop.Token));
            measure.Outcome = "done";
            end = () => EndAsync(lease, r => r with { State = JobState.Done, Output = output });
        }
        catch (Exception) when (run.Cancelled.IsCancellationRequested)
        {
            measure.Outcome = "cancelled";
            end = () => EndAsync(lease, r => r with { State = JobState.Cancelled });
        }
        catch (Exception e) when (e is JobLostException || lease.Lost.IsCancellationRequested)
        {
            logger.LogWarning("Attempt {Attempt} at job {Job} was taken away and leaves nothing behind", record.Attempt, record.Id);
            measure.Outcome = "lost";
            end = () => Task.CompletedTask;
        }
        catch (Exception) when (run.Suspended.IsCancellationRequested)
        {
            logger.LogInformation("Attempt {Attempt} at job {Job} rests until run {Run} goes on", record.Attempt, record.Id, record.Run);
            measure.Outcome = "rested";
            end = () => EndAsync(lease, r => r with { State = JobState.Suspended });
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            measure.Outcome = "left";
            end = () => lease.ReleaseAsync(CancellationToken.None);
        }
        catch (WorkLostException e)
        {
            logger.LogWarning("Attempt {Attempt} at job {Job} is given back: {Reason}", record.Attempt, record.Id, e.Message);
            measure.Outcome = "left";
            end = () => lease.ReleaseAsync(CancellationToken.None);
        }
#pragma warning disable CA1031 // whatever the work throws is its failure
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.LogWarning(e, "Attempt {Attempt} at job {Job} failed", record.Attempt, record.Id);
            error = e.Message;
            end = () => EndAsync(lease, r => r with { State = JobState.Failed, Failure = new JobFailure(e.GetType().FullName!, e.Message) });
        }
        told.Ends(measure.Outcome, error);
        await heart.CancelAsync();
        await heartbeat;
        return end;
    }

    // The record comes first, then the notice: a workflow that is woken must find the outcome.
    private async Task FinishAsync(JobRecord record, Func<Task> end)
    {
        try
        {
            await end();
            await NotifyAsync(record);
        }
        catch (Exception e) when (e is JobLostException or DaprException or HttpRequestException or OperationCanceledException)
        {
            logger.LogWarning("The end of job {Job} could not be told: {Reason}", record.Id, e.Message);
        }
    }

    // A store that is away for a moment does not undo hours of work: the outcome is written as long as the lease holds.
    private async Task EndAsync(JobLease lease, Func<JobRecord, JobRecord> outcome)
    {
        while (true)
        {
            try
            {
                using var limit = new CancellationTokenSource(CallLimit);
                await lease.EndAsync(outcome, limit.Token);
                return;
            }
            catch (Exception e) when (e is DaprException or HttpRequestException or OperationCanceledException)
            {
                await Task.Delay(JobLease.Interval / 4, time);
            }
        }
    }

    private async Task BeatAsync(JobLease lease, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(JobLease.Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                try
                {
                    using var limit = CancellationTokenSource.CreateLinkedTokenSource(ended);
                    limit.CancelAfter(CallLimit);
                    await lease.RenewAsync(limit.Token);
                }
                catch (Exception e) when (e is DaprException or HttpRequestException || IsTimeout(e))
                {
                    logger.LogDebug("The lease of job {Job} is not renewed yet: {Reason}", lease.Record.Id, e.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The work has ended.
        }
        catch (JobLostException e)
        {
            logger.LogWarning("{Reason}", e.Message);
        }

        bool IsTimeout(Exception e) => e is OperationCanceledException && !ended.IsCancellationRequested;
    }

    // The workflow looks at the record now and then anyway, so a notice that gets lost costs seconds.
    private async Task NotifyAsync(JobRecord record)
    {
        string method = $"jobs/{Uri.EscapeDataString(record.Instance)}/{Uri.EscapeDataString(record.Id)}";
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                using var limit = new CancellationTokenSource(CallLimit);
                await dapr.InvokeMethodAsync(HttpMethod.Post, Apps.Pipeline, method, limit.Token);
                return;
            }
            catch (Exception e) when (attempt < NoticeTries && !_stopping.IsCancellationRequested
                && e is InvocationException or HttpRequestException or OperationCanceledException)
            {
                await Task.Delay(JobLease.Interval / 4, time);
            }
        }
    }
}
