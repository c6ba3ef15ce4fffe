namespace DaprHep.Learning.Training;

/// <summary>The events given cannot be learned from; the message says which and why.</summary>
/// <param name="message">What was wrong, where, and what to do.</param>
public sealed class TrainingDataException(string message) : Exception(message);
