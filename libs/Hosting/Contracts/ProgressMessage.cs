namespace DaprHep.Hosting.Contracts;

/// <summary>
/// A message of topic <c>progress</c>. <paramref name="Events"/> is a sum and not an increment, so a message that comes twice, late or out
/// of order does no harm.
/// </summary>
/// <param name="Run">Name of the run.</param>
/// <param name="Step">Name of the step.</param>
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
}
