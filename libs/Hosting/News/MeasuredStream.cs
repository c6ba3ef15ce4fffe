using System.Diagnostics;

namespace DaprHep.Hosting.News;

/// <summary>A stream to write to that tells the work under way how long writing takes, and counts; it leaves its target open.</summary>
internal sealed class MeasuredStream(Stream target) : Stream
{
    private long _length;

    public override bool CanRead => false;

    // As the streams of all stores: Arrow's file writer insists, but only asks for the position.
    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        long started = Stopwatch.GetTimestamp();
        target.Write(buffer);
        Wrote(buffer.Length, started);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        long started = Stopwatch.GetTimestamp();
        await target.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        Wrote(buffer.Length, started);
    }

    public override void Flush() => target.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => target.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Wrote(int bytes, long started)
    {
        _length += bytes;
        WorkMeter.Current?.Spent(WorkMeter.InputOutput, started);
    }
}
