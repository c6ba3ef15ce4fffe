namespace DaprHep.Root;

/// <summary>Random access to the bytes of one immutable file. Safe for use by several threads.</summary>
public interface IByteSource : IDisposable
{
    /// <summary>The path or URL as given.</summary>
    string Name { get; }

    /// <summary>Bytes in the file.</summary>
    long Length { get; }

    /// <summary>Fills the destination with the bytes from an offset on.</summary>
    /// <param name="offset">First byte; offset + destination length is at most <see cref="Length"/>.</param>
    /// <param name="destination">Filled completely.</param>
    /// <exception cref="RootIOException">The bytes cannot be had.</exception>
    void Read(long offset, Span<byte> destination);

    /// <summary>
    /// Announces ranges that are about to be read, so that a remote source can fetch them together. Does nothing by default.
    /// </summary>
    /// <param name="ranges">The ranges, in any order.</param>
    void Prefetch(IReadOnlyList<ByteRange> ranges)
    {
    }

    /// <summary>True if <see cref="Prefetch"/> saves time.</summary>
    bool IsRemote => false;
}
