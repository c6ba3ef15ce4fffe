namespace DaprHep.Hosting;

/// <summary>Tells that the process is to stop.</summary>
/// <param name="Token">Cancelled when the process is to stop.</param>
public sealed record ProcessStopping(CancellationToken Token);

/// <summary>Tells an activity, whose Dapr signature has no cancellation token, that it is to stop.</summary>
/// <param name="Token">Cancelled when the process is to stop, or the activity's run is cancelled.</param>
public sealed record WorkStopping(CancellationToken Token);
