namespace DaprHep.Learning.Inference;

/// <summary>An event can't be predicted: the message names the event, the value and what was expected.</summary>
/// <param name="inputEvent">Which event, from 0.</param>
/// <param name="field">Where in it, e.g. <c>hlf[3]</c> or <c>particles[7][2]</c>; empty for the event as a whole.</param>
/// <param name="problem">What was found and what was expected.</param>
public sealed class PredictionInputException(int inputEvent, string field, string problem) : Exception(
    field.Length > 0 ? $"events[{inputEvent}].{field} {problem}" : $"events[{inputEvent}] {problem}")
{
    /// <summary>Which event, from 0.</summary>
    public int Event { get; } = inputEvent;

    /// <summary>Where in it, e.g. <c>hlf[3]</c> or <c>particles[7][2]</c>; empty for the event as a whole.</summary>
    public string Field { get; } = field;

    /// <summary>The same for a caller that has counted other events before.</summary>
    /// <param name="events">How many.</param>
    public PredictionInputException After(int events) => new(Event + events, Field, problem);
}
