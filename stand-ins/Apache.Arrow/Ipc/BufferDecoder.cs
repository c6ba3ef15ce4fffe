using System.Buffers.Binary;
using Apache.Arrow.FlatBuffers;
using Apache.Arrow.Memory;
using F = Apache.Arrow.Ipc.MessageFormat;

namespace Apache.Arrow.Ipc;

/// <summary>Cuts the buffers out of a message body, and decompresses them where the message says they are compressed.</summary>
internal sealed class BufferDecoder : IDisposable
{
    /// <summary>Decompressed bytes a body may always hold, whatever its size.</summary>
    private const long FreeAllowance = 256L << 20;

    /// <summary>Decompressed bytes allowed for each byte of the body beyond that.</summary>
    private const long ExpansionLimit = 1000;

    private readonly string _where;
    private readonly ReadOnlyMemory<byte> _body;
    private readonly ICompressionCodec? _codec;
    private readonly long _largestRatio;
    private long _allowance;

    private BufferDecoder(string where, ReadOnlyMemory<byte> body, ICompressionCodec? codec, long largestRatio)
    {
        _where = where;
        _body = body;
        _codec = codec;
        _largestRatio = largestRatio;
        _allowance = FreeAllowance + (ExpansionLimit * body.Length);
    }

    public static BufferDecoder Create(string where, FlatTable batch, ReadOnlyMemory<byte> body, ICompressionCodecFactory? codecs)
    {
        if (!batch.TryTable(F.RecordBatch.Compression, out var compression))
            return new BufferDecoder(where, body, null, 0);
        byte code = compression.Byte(F.Compression.Codec);
        if (code > 1 || compression.Byte(F.Compression.Method) != 0)
            throw new InvalidDataException($"{where}: expected buffers compressed by LZ4 frame (0) or ZSTD (1), found codec {code}.");
        var type = (CompressionCodecType)code;
        if (codecs is null)
        {
            throw new NotSupportedException(
                $"{where}: its buffers are compressed by {type}; give the reader an ICompressionCodecFactory (Apache.Arrow.Compression).");
        }

        // The densest blocks either format has: 255 bytes a byte of LZ4, a run of 128 KiB in 4 bytes of ZSTD.
        return new BufferDecoder(where, body, codecs.CreateCodec(type), type == CompressionCodecType.Lz4Frame ? 255 : 32768);
    }

    public ReadOnlyMemory<byte> Decode(long offset, long length, string path, string role)
    {
        if (offset < 0 || length < 0 || offset > _body.Length || length > _body.Length - offset)
            throw Malformed(path, role, $"a place within the {_body.Length} bytes of the body", $"{length} bytes at {offset}");
        var bytes = _body.Slice((int)offset, (int)length);
        if (_codec is null || length == 0)
            return bytes;

        if (length < 8)
            throw Malformed(path, role, "8 bytes that say its decompressed length", $"{length} bytes");
        long decompressed = BinaryPrimitives.ReadInt64LittleEndian(bytes.Span);
        bytes = bytes[8..];
        if (decompressed == -1)
            return bytes;
        long limit = Math.Min(_allowance, bytes.Length * _largestRatio);
        if (decompressed < 0 || decompressed > limit || decompressed > System.Array.MaxLength - MemoryAllocator.DefaultAlignment)
            throw Malformed(path, role, $"at most {limit} bytes once decompressed", $"{decompressed}");
        _allowance -= decompressed;
        if (decompressed == 0)
            return default;
        var memory = PinnedMemoryAllocator.AllocateAligned((int)decompressed);
        int written;
        try
        {
            written = _codec.Decompress(bytes, memory);
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException($"{_where}, column {path}: cannot decompress its {role}: {error.Message}", error);
        }

        return written == decompressed ? memory : throw Malformed(path, role, $"{decompressed} bytes once decompressed", $"{written}");
    }

    public void Dispose() => _codec?.Dispose();

    private InvalidDataException Malformed(string path, string role, string expected, string found) =>
        new($"{_where}, column {path}, buffer of {role}: expected {expected}, found {found}.");
}
