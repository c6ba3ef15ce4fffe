using System.Text.Json.Serialization;

namespace DaprHep.Hosting.Contracts;

/// <summary>What the gateway says of a run.</summary>
/// <param name="Run">Name of the run.</param>
/// <param name="Status"><c>pending</c>, <c>running</c>, <c>suspended</c>, <c>completed</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="Step">The step under way; null when it has not begun.</param>
/// <param name="Waiting">The app that the step needs and that has no worker, for instance <c>waiting for ingest (no worker since …)</c>.</param>
/// <param name="CreatedAt">When the run was accepted.</param>
/// <param name="UpdatedAt">When its state last changed.</param>
/// <param name="Result">Where the results are; null until it is completed.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="ErrorType">Type of the failure.</param>
public sealed record RunState(
    string Run,
    string Status,
    string? Step,
    string? Waiting,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    PipelineResult? Result,
    string? Error,
    string? ErrorType)
{
    /// <summary>Name of the model that was asked for.</summary>
    public string? Model { get; init; }

    /// <summary>The physics profile.</summary>
    public string? Physics { get; init; }

    /// <summary>The classes whose samples were given.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>The steps of the run, in order.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Steps { get; init; }

    /// <summary>When the step under way began (UTC).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? StepSince { get; init; }

    /// <summary>How many parts the step under way has, where it is a fan-out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Parts { get; init; }

    /// <summary>The steps that are over.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<StepTiming>? Timings { get; init; }

    /// <summary>Whether nothing will happen any more.</summary>
    [JsonIgnore]
    public bool HasEnded => Status is "completed" or "failed" or "cancelled";
}

/// <summary>How far a step is, over all processes that work on it.</summary>
/// <param name="Step">Name of the step.</param>
/// <param name="Events">Events done.</param>
/// <param name="TotalEvents">Events of the whole step.</param>
/// <param name="Note">What a person would like to know; may be empty.</param>
public sealed record ProgressState(string Step, long Events, long TotalEvents, string Note);
