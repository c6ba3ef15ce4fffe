namespace DaprHep.Serving.Http;

/// <summary>A request's body of which only so many bytes may be read until the next batch begins.</summary>
internal sealed class BoundedBody(Stream body, int most) : Stream
{
    private int _read;
    private bool _hasBegun;

    /// <summary>Whether it begins as an Arrow file does, which is no stream.</summary>
    public bool IsArrowFile { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The next batch begins.</summary>
    public void Begin() => _read = 0;

    /// <inheritdoc/>
    /// <exception cref="RequestProblem">The batch is larger than is allowed.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await body.ReadAsync(buffer, cancellationToken);
        _read += read;
        if (!_hasBegun)
            (_hasBegun, IsArrowFile) = (true, buffer.Span[..read].StartsWith("ARRO"u8));
        return _read <= most
            ? read
            : throw new RequestProblem(StatusCodes.Status413PayloadTooLarge, "", $"a batch has more than {most} bytes; send smaller ones");
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
