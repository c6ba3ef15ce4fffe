namespace DaprHep.Hosting;

/// <summary>Tells activities, whose Dapr signature has no cancellation token, that the process is to stop.</summary>
/// <param name="Token">Cancelled when the process is to stop.</param>
public sealed record ProcessStopping(CancellationToken Token);
