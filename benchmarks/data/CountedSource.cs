using DaprHep.Root;

namespace DaprHep.Benchmarks.Data;

/// <summary>The bytes of a file, and how many of them were asked for.</summary>
internal sealed class CountedSource(IByteSource file) : IByteSource
{
    private long _read;

    public string Name => file.Name;

    public long Length => file.Length;

    public long BytesRead => Interlocked.Read(ref _read);

    public void Read(long offset, Span<byte> destination)
    {
        file.Read(offset, destination);
        Interlocked.Add(ref _read, destination.Length);
    }

    public void Dispose() => file.Dispose();
}
