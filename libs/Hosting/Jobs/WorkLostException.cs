namespace DaprHep.Hosting.Jobs;

/// <summary>
/// A process that a job's work was done in is lost. That is no failure of the job, which is given back as if this process were lost:
/// another attempt goes on from the last checkpoint.
/// </summary>
public sealed class WorkLostException(string message, Exception cause) : Exception(message, cause);
