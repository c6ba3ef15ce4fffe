using System.Buffers.Binary;
using Google.Protobuf;

namespace DaprHep.WorkflowProtocol;

/// <summary>
/// gRPC's message framing: one byte compressed flag, four bytes length (big-endian), the protobuf bytes.
/// Source: the gRPC over HTTP/2 protocol description, section "Length-Prefixed-Message".
/// </summary>
public static class GrpcFrame
{
    /// <summary>Bytes before a message.</summary>
    public const int HeaderLength = 5;

    /// <summary>The largest message the real runtime takes: 4 MiB.</summary>
    public const int DefaultLimit = 4 * 1024 * 1024;

    /// <summary>One message with its frame header.</summary>
    public static byte[] Encode(IMessage message)
    {
        var length = message.CalculateSize();
        var frame = new byte[HeaderLength + length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), length);
        message.WriteTo(frame.AsSpan(HeaderLength));
        return frame;
    }

    /// <summary>Reads the next message's bytes; null at the end of the stream.</summary>
    /// <exception cref="GrpcFrameException">The frame is compressed, longer than <paramref name="limit"/> or cut off.</exception>
    public static async ValueTask<byte[]?> ReadAsync(Stream stream, int limit, CancellationToken cancellation)
    {
        var header = new byte[HeaderLength];
        var got = await stream.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        if (got == 0)
            return null;
        if (got < HeaderLength)
            throw new GrpcFrameException($"the stream ended after {got} of {HeaderLength} bytes of a frame header", tooLarge: false);
        if (header[0] != 0)
            throw new GrpcFrameException("the message is compressed, and no compression was agreed", tooLarge: false);
        var length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(1));
        if (length > limit)
            throw new GrpcFrameException($"grpc: received message larger than max ({length} vs. {limit})", tooLarge: true);
        var message = new byte[length];
        got = await stream.ReadAtLeastAsync(message, message.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        if (got < message.Length)
            throw new GrpcFrameException($"the stream ended after {got} of {length} bytes of a message", tooLarge: false);
        return message;
    }
}

/// <summary>A gRPC frame that cannot be read.</summary>
public sealed class GrpcFrameException(string message, bool tooLarge) : Exception(message)
{
    /// <summary>Whether the frame is merely too long; otherwise it is malformed.</summary>
    public bool TooLarge { get; } = tooLarge;
}
