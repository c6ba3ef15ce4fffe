namespace DaprHep.Data.Objects;

/// <summary>An object being written. Disposed without a commit, it leaves nothing behind.</summary>
public abstract class ObjectWriter : IAsyncDisposable
{
    /// <summary>Where the content goes, front to back.</summary>
    public abstract Stream Stream { get; }

    /// <summary>
    /// SHA-256 of all that was written, lower-case hex, where who writes has it anyway: a store that needs it does not compute it again. To be
    /// set before the commit.
    /// </summary>
    public string? Sha256 { get; set; }

    /// <summary>Makes the object visible, whole and durable, in one step, in place of one that is there.</summary>
    /// <exception cref="ObjectStoreException">The store can't be written.</exception>
    public abstract Task CommitAsync(CancellationToken cancellation = default);

    /// <summary>
    /// As <see cref="CommitAsync"/>, but where an object is there already, it stays and the new one is dropped: of two processes that do
    /// the same work, one writes, and both go on from what it wrote.
    /// </summary>
    /// <returns>Whether this object is the one that is there.</returns>
    /// <exception cref="ObjectStoreException">The store can't be written.</exception>
    public abstract Task<bool> TryCommitAsync(CancellationToken cancellation = default);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
