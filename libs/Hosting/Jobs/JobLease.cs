using Dapr;

namespace DaprHep.Hosting.Jobs;

/// <summary>The attempt is no longer this process's: a later one has the job, or the lease ran out. It must leave nothing behind.</summary>
public sealed class JobLostException(string message) : Exception(message);

/// <summary>
/// A process's right to an attempt at a job. It is renewed while the work goes on; when it can't be, or when a later attempt has the
/// record, the work is cancelled. A process that was stopped and wakes up finds out at its next write, before it commits anything.
/// </summary>
internal sealed class JobLease : IDisposable
{
    /// <summary>How long a lease lasts without renewal.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(10);

    /// <summary>How often it is renewed.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly JobStore _store;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lost = new();
    private readonly SemaphoreSlim _writing = new(1);
    private long _renewed;
    private long _kept;

    private JobLease(JobStore store, TimeProvider time, JobRecord record, long renewed)
    {
        (_store, _time, Record, _renewed) = (store, time, record, renewed);
        _kept = record.Kept;
    }

    /// <summary>The record when the lease was taken.</summary>
    public JobRecord Record { get; }

    /// <summary>Cancelled when the lease is lost.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Takes the job for an attempt, unless this attempt or a later one was taken before.</summary>
    /// <returns>The record, and the lease where it was taken.</returns>
    public static async Task<(JobRecord Record, JobLease? Lease)> TakeAsync(
        JobStore store, TimeProvider time, JobSubmission submission, string owner, CancellationToken cancellation)
    {
        long asked = time.GetTimestamp();
        (JobRecord? record, bool taken) = await store.ChangeAsync(
            submission.Id, found => found is null || found.Attempt < submission.Attempt ? FirstOf(found) : null, cancellation);
        return (record!, taken ? new JobLease(store, time, record!, asked) : null);

        JobRecord FirstOf(JobRecord? found) => new()
        {
            Id = submission.Id,
            Kind = submission.Kind,
            Run = submission.Run,
            Instance = submission.Instance,
            Input = submission.Input,
            Attempt = submission.Attempt,
            Owner = owner,
            State = JobState.Queued,
            LeaseUntil = store.Now + Length,
            Heartbeat = store.Now,
            Kept = found?.Kept ?? 0,
        };
    }

    /// <summary>Says how much of the work is safe in checkpoints; written with the next renewal.</summary>
    public void Keep(long kept) => Interlocked.Exchange(ref _kept, kept);

    /// <summary>Renews the lease.</summary>
    /// <exception cref="JobLostException">The attempt is not this process's any more.</exception>
    /// <exception cref="DaprException">The sidecar or the store is away, and the lease has not run out yet.</exception>
    public Task RenewAsync(CancellationToken cancellation) => WriteAsync(record => record, cancellation);

    /// <summary>Notes that the work has begun.</summary>
    /// <inheritdoc cref="RenewAsync"/>
    public Task BeginAsync(CancellationToken cancellation) =>
        WriteAsync(record => record with { State = JobState.Running }, cancellation);

    /// <summary>Ends the attempt with its outcome.</summary>
    /// <inheritdoc cref="RenewAsync"/>
    public Task EndAsync(Func<JobRecord, JobRecord> outcome, CancellationToken cancellation) => WriteAsync(outcome, cancellation);

    /// <summary>Gives the job back, for another process to take at once.</summary>
    /// <inheritdoc cref="RenewAsync"/>
    public Task ReleaseAsync(CancellationToken cancellation) =>
        WriteAsync(record => record with { LeaseUntil = _store.Now }, cancellation);

    public void Dispose()
    {
        _lost.Dispose();
        _writing.Dispose();
    }

    private async Task WriteAsync(Func<JobRecord, JobRecord> change, CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation);
        try
        {
            long asked = _time.GetTimestamp();
            if (_time.GetElapsedTime(_renewed, asked) >= Length)
                throw Loss("its lease has run out");
            (JobRecord? record, bool written) = await _store.ChangeAsync(Record.Id, found => IsOwn(found) ? change(Renewed(found!)) : null, cancellation);
            if (!written)
                throw Loss(record is null ? "its record is gone" : $"attempt {record.Attempt} of {record.Owner} is {record.State}");
            _renewed = asked;
        }
        catch (Exception e) when (e is DaprException or HttpRequestException or OperationCanceledException
            && _time.GetElapsedTime(_renewed) >= Length)
        {
            throw Loss($"its lease could not be renewed: {e.Message}");
        }
        finally
        {
            _writing.Release();
        }
    }

    private bool IsOwn(JobRecord? found) =>
        found is { HasEnded: false } && found.Attempt == Record.Attempt && found.Owner == Record.Owner;

    private JobRecord Renewed(JobRecord found) => found with
    {
        LeaseUntil = _store.Now + Length,
        Heartbeat = _store.Now,
        Kept = Math.Max(found.Kept, Interlocked.Read(ref _kept)),
    };

    private JobLostException Loss(string reason)
    {
        _lost.Cancel();
        return new JobLostException($"attempt {Record.Attempt} at job {Record.Id} is lost: {reason}");
    }
}
