namespace DaprHep.Root;

/// <summary>A piece of a file.</summary>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Number of bytes.</param>
public readonly record struct ByteRange(long Offset, int Length)
{
    /// <summary>The byte after the last.</summary>
    public long End => Offset + Length;
}
