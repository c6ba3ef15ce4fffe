namespace DaprHep.Learning.Checkpoints;

/// <summary>A checkpoint is sound, but of another training than the one that is to go on from it.</summary>
/// <param name="message">Which checkpoint, and in what it differs.</param>
public sealed class CheckpointMismatchException(string message) : Exception(message);
