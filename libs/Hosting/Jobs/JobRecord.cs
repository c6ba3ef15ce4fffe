using System.Text.Json;
using System.Text.Json.Serialization;

namespace DaprHep.Hosting.Jobs;

/// <summary>Where a job stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JobState>))]
public enum JobState
{
    /// <summary>Its owner will begin it when earlier work is done.</summary>
    Queued,

    /// <summary>Its owner works on it.</summary>
    Running,

    /// <summary>It is done; the output is in the record.</summary>
    Done,

    /// <summary>It failed; the failure is in the record.</summary>
    Failed,

    /// <summary>Its run was cancelled or has failed.</summary>
    Cancelled,

    /// <summary>It rests, because its run is suspended; the next attempt goes on from what is kept.</summary>
    Suspended,
}

/// <summary>
/// A job as the state store has it: long work of a service, given out under a lease. A record is changed only by a write whose etag is
/// that of the record read before, so of two writers one loses and reads again.
/// </summary>
public sealed record JobRecord
{
    /// <summary>Identity of the job, chosen by the workflow that asks for it.</summary>
    public required string Id { get; init; }

    /// <summary>What kind of work it is, for instance <c>train</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Name of the run it belongs to; cancelling the run cancels the job.</summary>
    public required string Run { get; init; }

    /// <summary>The workflow instance that is told of the end.</summary>
    public required string Instance { get; init; }

    /// <summary>What the work is given.</summary>
    public required JsonElement Input { get; init; }

    /// <summary>
    /// Number of the attempt, and the fencing number: the record belongs to the highest attempt submitted, and a worker whose attempt is
    /// lower can write nothing any more.
    /// </summary>
    public required int Attempt { get; init; }

    /// <summary>The process that has the job.</summary>
    public required string Owner { get; init; }

    /// <summary>When the owner's right to the job ends, unless it renews it (UTC).</summary>
    public required DateTimeOffset LeaseUntil { get; init; }

    /// <summary>When the owner last renewed its lease (UTC).</summary>
    public required DateTimeOffset Heartbeat { get; init; }

    /// <summary>Where the job stands.</summary>
    public JobState State { get; init; }

    /// <summary>How much of the work is safe in checkpoints, in units of the kind of work; an attempt that adds to it was worth while.</summary>
    public long Kept { get; init; }

    /// <summary>What the work gave; null until it is done.</summary>
    public JsonElement? Output { get; init; }

    /// <summary>Why it failed.</summary>
    public JobFailure? Failure { get; init; }

    /// <summary>Whether nothing more will happen in this attempt.</summary>
    [JsonIgnore]
    public bool HasEnded => State is JobState.Done or JobState.Failed or JobState.Cancelled;

    /// <summary>What a workflow needs to know, at a time.</summary>
    public JobStatus StatusAt(DateTimeOffset now) => new(
        State, Attempt, IsLost: !HasEnded && State != JobState.Suspended && now >= LeaseUntil, Kept, Output, Failure);
}

/// <summary>Why a job failed.</summary>
/// <param name="Type">Full name of the exception's type.</param>
/// <param name="Message">Its message.</param>
public sealed record JobFailure(string Type, string Message);

/// <summary>What a workflow knows of its job.</summary>
/// <param name="State">Where the job stands.</param>
/// <param name="Attempt">The attempt the record belongs to.</param>
/// <param name="IsLost">
/// Whether nobody has the job though it has not ended: the owner's lease has run out, or the job rests and its run goes on again.
/// </param>
/// <param name="Kept">How much of the work is safe in checkpoints.</param>
/// <param name="Output">What the work gave; null until it is done.</param>
/// <param name="Failure">Why it failed.</param>
public sealed record JobStatus(JobState State, int Attempt, bool IsLost, long Kept, JsonElement? Output, JobFailure? Failure);
