namespace DaprHep.Hosting.Runs;

/// <summary>Work of this process for a run.</summary>
/// <param name="goesOn">Gives a task that is done while the run goes on.</param>
/// <param name="leave">Called at the end of the work.</param>
internal sealed class RunWork(Func<Task> goesOn, Action leave) : IDisposable
{
    /// <summary>Cancelled when the run is cancelled or has failed: the work is to stop.</summary>
    public required CancellationToken Cancelled { get; init; }

    /// <summary>Cancelled when the run is suspended; it stays so for this work when the run goes on.</summary>
    public required CancellationToken Suspended { get; init; }

    /// <summary>Done while the run is known to go on; of a suspended run it is done when it is resumed. Each look gives the task of the moment.</summary>
    public Task GoesOn => goesOn();

    public void Dispose() => leave();
}
