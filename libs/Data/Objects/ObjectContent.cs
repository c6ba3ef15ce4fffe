namespace DaprHep.Data.Objects;

/// <summary>The bytes of one object, owned by whoever asked for them.</summary>
/// <param name="memory">The whole object.</param>
/// <param name="owner">What holds the bytes (a memory map, a buffer).</param>
/// <param name="isInPlace">Whether the bytes are read where they are stored, and not a copy that came over a network.</param>
public sealed class ObjectContent(ReadOnlyMemory<byte> memory, IDisposable owner, bool isInPlace) : IDisposable
{
    /// <summary>Whether the bytes are read where they are stored; else they are a copy that came over a network.</summary>
    public bool IsInPlace { get; } = isInPlace;

    /// <summary>The whole object; valid until <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Memory { get; } = memory;

    /// <summary>
    /// Gives back the memory that what has been read takes, where it can be had again from the disk's cache; the content stays readable. For
    /// those who go through an object that is larger than the memory they may use.
    /// </summary>
    public void Forget() => (owner as MappedFile)?.Forget();

    /// <inheritdoc/>
    public void Dispose() => owner.Dispose();
}
