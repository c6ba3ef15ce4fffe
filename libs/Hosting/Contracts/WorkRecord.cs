using System.Text.Json.Serialization;

namespace DaprHep.Hosting.Contracts;

/// <summary>
/// One attempt at an activity or a job, as its process tells of it: once when it begins, once when it ends. The later record takes the
/// place of the earlier one of the same id.
/// </summary>
/// <param name="Id">Names the attempt, unique over all processes.</param>
/// <param name="Work">Name of the activity, <c>job KIND</c>, or <c>rank</c>: a process that a training has started.</param>
/// <param name="Process">The process that has it: machine and process id.</param>
/// <param name="State"><c>waiting</c> (for a core), <c>running</c>, <c>done</c>, <c>bad_input</c>, <c>failed</c>, <c>cancelled</c>,
/// <c>suspended</c> or <c>lost</c>.</param>
/// <param name="Taken">When the process got it.</param>
public sealed record WorkRecord(string Id, string Work, string Process, string State, DateTimeOffset Taken)
{
    /// <summary>Which part of a fan-out it is, for instance <c>17</c> or <c>test 3</c>; null where there is but one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Part { get; init; }

    /// <summary>What it works on, for instance the URL of the input file.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Subject { get; init; }

    /// <summary>When it had its core.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Started { get; init; }

    /// <summary>When it ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Why it failed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    /// <summary>Number of the attempt, of jobs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Attempt { get; init; }

    /// <summary>Processor seconds of the whole process until it began; with <see cref="ProcessorEnded"/> what the process used meanwhile.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ProcessorStarted { get; init; }

    /// <summary>Processor seconds of the whole process until it ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ProcessorEnded { get; init; }

    /// <summary>Memory of the process at the end, in bytes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Memory { get; init; }

    /// <summary>Bytes read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? BytesIn { get; init; }

    /// <summary>Bytes written to the object store.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? BytesOut { get; init; }

    /// <summary>Seconds by kind of work (<see cref="News.WorkMeter"/>), as far as they were measured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, double>? Seconds { get; init; }

    /// <summary>Id of the work that has started it and waits for it; of the ranks of a training.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Of { get; init; }

    /// <summary>How much of the time its GPU was busy, from 0 to 1; of work on a GPU.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? GpuUse { get; init; }

    /// <summary>Memory of the GPU in use at most, of all its processes, in bytes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? GpuMemory { get; init; }

    /// <summary>Whether nothing more will be told of it.</summary>
    [JsonIgnore]
    public bool HasEnded => Ended is not null;
}
