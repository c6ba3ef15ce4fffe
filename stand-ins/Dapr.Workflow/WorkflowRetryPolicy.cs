namespace Dapr.Workflow;

/// <summary>When a failed activity or child workflow is tried again: exponential back-off between durable timers.</summary>
public class WorkflowRetryPolicy
{
    /// <summary>Creates a policy.</summary>
    /// <param name="maxNumberOfAttempts">Attempts in all, the first one included; at least 1.</param>
    /// <param name="firstRetryInterval">Pause before the second attempt; more than zero.</param>
    /// <param name="backoffCoefficient">Factor from one pause to the next; at least 1.</param>
    /// <param name="maxRetryInterval">Longest pause; must not be shorter than the first one.</param>
    /// <param name="retryTimeout">No attempt starts after this time; infinite when null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public WorkflowRetryPolicy(
        int maxNumberOfAttempts,
        TimeSpan firstRetryInterval,
        double backoffCoefficient = 1.0,
        TimeSpan? maxRetryInterval = null,
        TimeSpan? retryTimeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxNumberOfAttempts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(firstRetryInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(backoffCoefficient, 1.0);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRetryInterval ?? TimeSpan.FromHours(1), firstRetryInterval,
            nameof(maxRetryInterval));
        if (retryTimeout is { } timeout && timeout != Timeout.InfiniteTimeSpan)
            ArgumentOutOfRangeException.ThrowIfLessThan(timeout, firstRetryInterval, nameof(retryTimeout));

        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = maxRetryInterval;
        RetryTimeout = retryTimeout ?? Timeout.InfiniteTimeSpan;
    }

    /// <summary>Attempts in all.</summary>
    public int MaxNumberOfAttempts { get; }

    /// <summary>Pause before the second attempt.</summary>
    public TimeSpan FirstRetryInterval { get; }

    /// <summary>Factor from one pause to the next.</summary>
    public double BackoffCoefficient { get; }

    /// <summary>Longest pause; null for no bound.</summary>
    public TimeSpan? MaxRetryInterval { get; }

    /// <summary>No attempt starts after this time since the first one.</summary>
    public TimeSpan RetryTimeout { get; }

    /// <summary>Pause after the n-th failed attempt, n from 1.</summary>
    internal TimeSpan DelayAfter(int attempt)
    {
        var milliseconds = FirstRetryInterval.TotalMilliseconds * Math.Pow(BackoffCoefficient, attempt - 1);
        var limit = MaxRetryInterval ?? TimeSpan.FromDays(3650);
        return milliseconds >= limit.TotalMilliseconds ? limit : TimeSpan.FromMilliseconds(milliseconds);
    }
}
