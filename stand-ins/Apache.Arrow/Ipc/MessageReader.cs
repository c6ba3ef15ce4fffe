using System.Buffers.Binary;
using Apache.Arrow.FlatBuffers;
using F = Apache.Arrow.Ipc.MessageFormat;

namespace Apache.Arrow.Ipc;

/// <summary>One encapsulated message: its metadata (a FlatBuffer) and its body.</summary>
internal readonly record struct Message(string Where, F.Header Header, ReadOnlyMemory<byte> Metadata, ReadOnlyMemory<byte> Body)
{
    public FlatTable Table() => FlatTable.Root(Metadata.Span).Table(F.Message.Header, "header");
}

/// <summary>Reads encapsulated messages one after the other.</summary>
internal sealed class MessageReader(ByteSource source, string kind) : IDisposable
{
    public ByteSource Source { get; } = source;

    /// <summary>The next message; null at the end-of-stream marker and at the end of the bytes.</summary>
    /// <exception cref="InvalidDataException">What is there is no message, or is cut off.</exception>
    public async ValueTask<Message?> ReadAsync(bool async, CancellationToken cancellationToken)
    {
        string where = $"Arrow {kind}, message at byte {Source.Position}";
        var prefix = await Source.ReadAsync(4, async, cancellationToken).ConfigureAwait(false);
        if (prefix.IsEmpty)
            return null;
        int length = ReadInt32(prefix, where);
        if (length == F.Continuation)
            length = ReadInt32(await Source.ReadAsync(4, async, cancellationToken).ConfigureAwait(false), where);
        if (length == 0)
            return null;
        if (length < 0)
            throw new InvalidDataException($"{where}: expected the length of its metadata, found {length}.");

        var metadata = await ReadExactlyAsync(length, where, "metadata", async, cancellationToken).ConfigureAwait(false);
        var (header, bodyLength) = ParseMessage(metadata.Span, where);
        var body = await ReadExactlyAsync(bodyLength, where, "body", async, cancellationToken).ConfigureAwait(false);
        return new Message(where, header, metadata, body);
    }

    public void Dispose() => Source.Dispose();

    private static (F.Header Header, long BodyLength) ParseMessage(ReadOnlySpan<byte> metadata, string where)
    {
        var message = FlatTable.Root(metadata);
        short version = message.Int16(F.Message.Version);
        if (version is not (F.Version4 or F.Version5))
            throw new InvalidDataException($"{where}: expected metadata version 4 or 5, found {version + 1}.");
        long bodyLength = message.Int64(F.Message.BodyLength);
        if (bodyLength is < 0 or > int.MaxValue)
            throw new InvalidDataException($"{where}: expected a body of 0 to {int.MaxValue} bytes, found {bodyLength}.");
        return ((F.Header)message.Byte(F.Message.HeaderType), bodyLength);
    }

    private static int ReadInt32(ReadOnlyMemory<byte> bytes, string where) => bytes.Length == 4
        ? BinaryPrimitives.ReadInt32LittleEndian(bytes.Span)
        : throw new InvalidDataException($"{where}: expected 4 bytes of length, found {bytes.Length} and the end.");

    private async ValueTask<ReadOnlyMemory<byte>> ReadExactlyAsync(
        long count, string where, string what, bool async, CancellationToken cancellationToken)
    {
        var bytes = await Source.ReadAsync(count, async, cancellationToken).ConfigureAwait(false);
        return bytes.Length == count
            ? bytes
            : throw new InvalidDataException($"{where}: expected {count} bytes of {what}, found {bytes.Length} and the end.");
    }
}
