namespace DaprHep.Cli.Commands;

/// <summary>
/// A stream that is only ever appended to and knows how far it got: the Arrow writer asks for a position, which a pipe has not.
/// </summary>
internal sealed class ForwardStream(Stream target) : Stream
{
    private long _position;

    public override bool CanRead => false;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => _position;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException("only appended to");
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        target.Write(buffer);
        _position += buffer.Length;
    }

    public override void Flush() => target.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("only written to");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("only appended to");

    public override void SetLength(long value) => throw new NotSupportedException("only appended to");
}
