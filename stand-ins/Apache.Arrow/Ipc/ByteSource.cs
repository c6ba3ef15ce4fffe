using Apache.Arrow.Memory;

namespace Apache.Arrow.Ipc;

/// <summary>Where messages are read from. A source over memory hands out views; one over a stream, aligned copies.</summary>
internal abstract class ByteSource : IDisposable
{
    public long Position { get; protected set; }

    /// <summary>The number of bytes in all, or null when that is not known.</summary>
    public abstract long? Length { get; }

    /// <summary>
    /// The next <paramref name="count"/> bytes, or fewer at the end. Completes synchronously unless <paramref name="async"/>.
    /// </summary>
    public abstract ValueTask<ReadOnlyMemory<byte>> ReadAsync(long count, bool async, CancellationToken cancellationToken);

    public abstract void Seek(long position);

    public abstract void Dispose();
}

internal sealed class MemorySource(ReadOnlyMemory<byte> memory) : ByteSource
{
    public override long? Length => memory.Length;

    public override ValueTask<ReadOnlyMemory<byte>> ReadAsync(long count, bool async, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var bytes = memory.Slice((int)Position, (int)Math.Min(count, memory.Length - Position));
        Position += bytes.Length;
        return ValueTask.FromResult(bytes);
    }

    public override void Seek(long position) => Position = Math.Clamp(position, 0, memory.Length);

    public override void Dispose()
    {
    }
}

internal sealed class StreamSource(Stream stream, bool leaveOpen) : ByteSource
{
    /// <summary>Most memory taken on the word of a stream of unknown length, before the bytes are there.</summary>
    private const int FirstChunk = 16 << 20;

    private readonly long _start = stream.CanSeek ? stream.Position : 0;

    public override long? Length => stream.CanSeek ? stream.Length - _start : null;

    public override async ValueTask<ReadOnlyMemory<byte>> ReadAsync(long count, bool async, CancellationToken cancellationToken)
    {
        if (Length is { } length)
            count = Math.Min(count, Math.Max(0, length - Position));
        var buffer = PinnedMemoryAllocator.AllocateAligned((int)Math.Min(count, Length is null ? FirstChunk : count));
        int filled = 0;
        while (true)
        {
            int read = async
                ? await stream.ReadAtLeastAsync(buffer[filled..], buffer.Length - filled, false, cancellationToken).ConfigureAwait(false)
                : stream.ReadAtLeast(buffer.Span[filled..], buffer.Length - filled, false);
            filled += read;
            Position += read;
            if (filled < buffer.Length || filled == count)
                return buffer[..filled];
            var grown = PinnedMemoryAllocator.AllocateAligned((int)Math.Min(count, 2L * buffer.Length));
            buffer.CopyTo(grown);
            buffer = grown;
        }
    }

    public override void Seek(long position)
    {
        stream.Position = _start + position;
        Position = position;
    }

    public override void Dispose()
    {
        if (!leaveOpen)
            stream.Dispose();
    }
}
