namespace DaprHep.Data.Objects;

/// <summary>An object being written. Disposed without <see cref="CommitAsync"/>, it leaves nothing behind.</summary>
public abstract class ObjectWriter : IAsyncDisposable
{
    /// <summary>Where the content goes, front to back.</summary>
    public abstract Stream Stream { get; }

    /// <summary>Makes the object visible, whole and durable, in one step.</summary>
    public abstract Task CommitAsync(CancellationToken cancellation = default);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
