namespace DaprHep.Data.Objects;

/// <summary>The bytes of one object, owned by whoever asked for them.</summary>
/// <param name="memory">The whole object.</param>
/// <param name="owner">What holds the bytes (a memory map, a pooled buffer).</param>
public sealed class ObjectContent(ReadOnlyMemory<byte> memory, IDisposable owner) : IDisposable
{
    /// <summary>The whole object; valid until <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Memory { get; } = memory;

    /// <inheritdoc/>
    public void Dispose() => owner.Dispose();
}
