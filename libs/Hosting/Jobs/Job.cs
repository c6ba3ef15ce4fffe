using System.Text.Json;

namespace DaprHep.Hosting.Jobs;

/// <summary>What a job may ask and say while it works.</summary>
public sealed class JobContext
{
    private readonly JobLease _lease;

    internal JobContext(JobLease lease, CancellationToken cancellation) => (_lease, Cancellation) = (lease, cancellation);

    /// <summary>Identity of the job.</summary>
    public string Id => _lease.Record.Id;

    /// <summary>Number of the attempt, from 1.</summary>
    public int Attempt => _lease.Record.Attempt;

    /// <summary>
    /// Cancelled when the work is to stop, at a checkpoint where it has such: its run is suspended, cancelled or has failed, the lease is
    /// lost, or the process stops.
    /// </summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Says how much of the work is safe in checkpoints; an attempt that added to it was no failure of the kind that ends a job.</summary>
    public void Keep(long kept) => _lease.Keep(kept);

    /// <summary>Makes sure that the attempt is still this process's; to be called before outputs are committed.</summary>
    /// <exception cref="JobLostException">It is not; nothing may be committed.</exception>
    public Task CheckOwnershipAsync() => _lease.RenewAsync(Cancellation);
}

/// <summary>A kind of long work that a service offers under a name. An instance is made for each attempt.</summary>
public abstract class Job
{
    /// <summary>How many of the process's cores the work uses; jobs run together as far as their cores suffice.</summary>
    /// <param name="input">What the work is given.</param>
    public abstract int CoresOf(JsonElement input);

    /// <summary>Which part of a larger work it is, for people; null where there is but one.</summary>
    /// <param name="input">What the work is given.</param>
    public virtual string? PartOf(JsonElement input) => null;

    /// <summary>Does the work; what computes for long does so on a thread of its own, because leases are renewed meanwhile.</summary>
    public abstract Task<JsonElement> RunAsync(JsonElement input, JobContext context);
}

/// <summary>A job with typed input and output.</summary>
/// <typeparam name="TInput">What it is given; small JSON.</typeparam>
/// <typeparam name="TOutput">What it gives; references to stored data, not data.</typeparam>
public abstract class Job<TInput, TOutput> : Job
{
    /// <inheritdoc/>
    public sealed override int CoresOf(JsonElement input) => CoresOf(Read(input));

    /// <inheritdoc/>
    public sealed override string? PartOf(JsonElement input) => PartOf(Read(input));

    /// <inheritdoc/>
    public sealed override async Task<JsonElement> RunAsync(JsonElement input, JobContext context) =>
        JsonSerializer.SerializeToElement(await RunAsync(Read(input), context), JsonSerializerOptions.Web);

    /// <inheritdoc cref="Job.CoresOf(JsonElement)"/>
    protected virtual int CoresOf(TInput input) => Environment.ProcessorCount;

    /// <inheritdoc cref="Job.PartOf(JsonElement)"/>
    protected virtual string? PartOf(TInput input) => null;

    /// <summary>Does the work; it may be begun again in another process, so what it commits is named by content.</summary>
    /// <param name="input">What the work is given.</param>
    /// <param name="context">The attempt.</param>
    /// <exception cref="BadInputException">The input is to blame; there will be no other attempt.</exception>
    protected abstract Task<TOutput> RunAsync(TInput input, JobContext context);

    private static TInput Read(JsonElement input) => input.Deserialize<TInput>(JsonSerializerOptions.Web)
        ?? throw new BadInputException($"the job's input is null; expected a {typeof(TInput).Name}");
}
