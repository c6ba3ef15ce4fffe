namespace DaprHep.Root.Tests.Fuzzing;

/// <summary>A file held in memory.</summary>
internal sealed class ArrayByteSource(string name, byte[] bytes) : IByteSource
{
    public string Name => name;

    public long Length => bytes.Length;

    public void Read(long offset, Span<byte> destination) => bytes.AsSpan(checked((int)offset), destination.Length).CopyTo(destination);

    public void Dispose()
    {
    }
}
