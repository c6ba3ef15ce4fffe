namespace DaprHep.Learning.Training;

/// <summary>The device asked for is not there, or the training cannot run on it; the message says what was found.</summary>
public sealed class TrainingDeviceException(string message) : Exception(message);
