using System.Text.Json.Serialization;

namespace DaprHep.Hosting.Contracts;

/// <summary>
/// A message of topic <c>progress</c>. <paramref name="Events"/> is a sum and not an increment, so a message that comes twice, late or out
/// of order does no harm; points, work and lines have names or times of their own, by which a second one is known.
/// </summary>
/// <param name="Run">Name of the run.</param>
/// <param name="Step">Name of the step; empty for a message of the run as a whole, which has no events.</param>
/// <param name="Source">Id of the process that did the work.</param>
/// <param name="Events">Events of the step that this process has done so far.</param>
/// <param name="TotalEvents">Events of the whole step, over all processes.</param>
/// <param name="Note">What a person would like to know; may be empty.</param>
public sealed record ProgressMessage(string Run, string Step, string Source, long Events, long TotalEvents, string Note)
{
    /// <summary>The pub/sub component.</summary>
    public const string PubSub = "pubsub";

    /// <summary>The topic.</summary>
    public const string Topic = "progress";

    /// <summary>Points of the training since the last message.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TrainingPoint>? Points { get; init; }

    /// <summary>Activities and jobs that began or ended since the last message.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<WorkRecord>? Work { get; init; }

    /// <summary>What was logged since the last message.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LogLine>? Log { get; init; }
}
