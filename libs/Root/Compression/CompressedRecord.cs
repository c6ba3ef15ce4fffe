using System.Buffers.Binary;
using System.IO.Hashing;

namespace DaprHep.Root;

/// <summary>
/// Inflates the payload of a record: a row of blocks, each with a 9-byte header (tag of two letters, method, compressed and raw
/// bytes as 24-bit little-endian numbers) and at most 16 MiB of content. Checksums (Adler-32, xxhash64, CRC of XZ) are verified.
/// </summary>
internal static unsafe class CompressedRecord
{
    private const int HeaderBytes = 9;
    private const int Lz4ChecksumBytes = 8;

    /// <summary>XZ's highest preset needs 65 MiB; more is a lie or a bomb.</summary>
    private const ulong LzmaMemoryLimit = 100 << 20;

    /// <summary>Checks that the block headers add up to the object length before anything is allocated for it.</summary>
    public static void CheckBlocks(ReadOnlySpan<byte> payload, int objectLength, RecordLocation location)
    {
        long raw = 0;
        for (var at = 0; raw < objectLength;)
        {
            var (compressedBytes, rawBytes) = ReadHeader(payload, at, location);
            if (rawBytes == 0)
                throw location.Error(at, "a block with content", "an empty one");
            CheckRatio(payload, at, compressedBytes, rawBytes, location);
            raw += rawBytes;
            at += HeaderBytes + compressedBytes;
        }
        if (raw != objectLength)
            throw location.Error(-1, $"blocks of {objectLength} bytes in all", $"{raw}");
    }

    /// <summary>Inflates all blocks into the target, which they fill exactly.</summary>
    public static void Inflate(ReadOnlySpan<byte> payload, Span<byte> target, RecordLocation location)
    {
        var at = 0;
        while (target.Length > 0)
        {
            var (compressedBytes, rawBytes) = ReadHeader(payload, at, location);
            if (rawBytes > target.Length || rawBytes == 0)
                throw location.Error(at, $"a block of 1 to {target.Length} bytes", $"{rawBytes}");
            InflateBlock(payload.Slice(at, 2), payload.Slice(at + HeaderBytes, compressedBytes), target[..rawBytes], at, location);
            target = target[rawBytes..];
            at += HeaderBytes + compressedBytes;
        }
    }

    /// <summary>The algorithm that a block's tag names, as shown to people; null for an unknown tag.</summary>
    public static string? AlgorithmOf(ReadOnlySpan<byte> tag) => tag switch
    {
        [(byte)'Z', (byte)'L', ..] => "ZLIB",
        [(byte)'X', (byte)'Z', ..] => "LZMA",
        [(byte)'L', (byte)'4', ..] => "LZ4",
        [(byte)'Z', (byte)'S', ..] => "ZSTD",
        [(byte)'C', (byte)'S', ..] => "CS",
        _ => null,
    };

    private static (int Compressed, int Raw) ReadHeader(ReadOnlySpan<byte> payload, int at, RecordLocation location)
    {
        if (payload.Length - at < HeaderBytes)
            throw location.Error(at, "a compression block header of 9 bytes", $"{payload.Length - at} bytes left");
        var header = payload.Slice(at, HeaderBytes);
        var compressed = header[3] | header[4] << 8 | header[5] << 16;
        var raw = header[6] | header[7] << 8 | header[8] << 16;
        if (compressed > payload.Length - at - HeaderBytes)
            throw location.Error(at, $"a compressed block of at most {payload.Length - at - HeaderBytes} bytes", $"{compressed}");
        return (compressed, raw);
    }

    /// <summary>Deflate cannot exceed 1032:1 and LZ4 255:1: a block that claims more is refused before it costs memory.</summary>
    private static void CheckRatio(ReadOnlySpan<byte> payload, int at, int compressed, int raw, RecordLocation location)
    {
        long most = payload[at] switch
        {
            (byte)'Z' when payload[at + 1] == (byte)'L' => 1032L * compressed,
            (byte)'C' => 1032L * compressed,
            (byte)'L' => 255L * compressed,
            _ => long.MaxValue,
        };
        if (raw > most)
            throw location.Error(at, $"at most {most} bytes from {compressed} compressed ones", $"{raw}");
    }

    private static void InflateBlock(
        ReadOnlySpan<byte> tag, ReadOnlySpan<byte> source, Span<byte> target, int at, RecordLocation location)
    {
        try
        {
            var failure = AlgorithmOf(tag) switch
            {
                "ZLIB" => Deflate(source, target, raw: false),
                "CS" => Deflate(source, target, raw: true),
                "LZ4" => Lz4(source, target),
                "ZSTD" => Zstd(source, target),
                "LZMA" => Lzma(source, target),
                _ => "an unknown tag " + Convert.ToHexString(tag),
            };
            if (failure is not null)
                throw location.Error(at, $"a {AlgorithmOf(tag) ?? "known compression"} block of {target.Length} bytes", failure);
        }
        catch (DllNotFoundException e)
        {
            throw new RootIOException(
                $"{location.File}: a decompression library is missing ({e.Message}); install libdeflate0, liblz4-1, libzstd1, liblzma5",
                e);
        }
    }

    private static string? Deflate(ReadOnlySpan<byte> source, Span<byte> target, bool raw)
    {
        nuint written;
        int code;
        fixed (byte* from = source, to = target)
        {
            code = raw
                ? NativeCodecs.DeflateDecompress(CodecContexts.Deflate, from, (nuint)source.Length, to, (nuint)target.Length, &written)
                : NativeCodecs.ZlibDecompress(CodecContexts.Deflate, from, (nuint)source.Length, to, (nuint)target.Length, &written);
        }
        return code switch
        {
            0 => written == (nuint)target.Length ? null : $"{written} bytes",
            3 => "more bytes",
            _ => "damaged data or a wrong checksum",
        };
    }

    private static string? Lz4(ReadOnlySpan<byte> source, Span<byte> target)
    {
        if (source.Length < Lz4ChecksumBytes)
            return "no checksum";
        var content = source[Lz4ChecksumBytes..];
        if (XxHash64.HashToUInt64(content) != BinaryPrimitives.ReadUInt64BigEndian(source))
            return "a wrong xxhash64 checksum";
        int written;
        fixed (byte* from = content, to = target)
            written = NativeCodecs.Lz4Decompress(from, to, content.Length, target.Length);
        return written == target.Length ? null : written < 0 ? "damaged data" : $"{written} bytes";
    }

    private static string? Zstd(ReadOnlySpan<byte> source, Span<byte> target)
    {
        nuint written;
        fixed (byte* from = source, to = target)
            written = NativeCodecs.ZstdDecompress(CodecContexts.Zstd, to, (nuint)target.Length, from, (nuint)source.Length);
        return NativeCodecs.ZstdIsError(written) != 0 ? "damaged data" : written == (nuint)target.Length ? null : $"{written} bytes";
    }

    private static string? Lzma(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var limit = LzmaMemoryLimit;
        nuint sourceAt = 0, targetAt = 0;
        int code;
        fixed (byte* from = source, to = target)
        {
            code = NativeCodecs.LzmaDecompress(
                &limit, 0, 0, from, &sourceAt, (nuint)source.Length, to, &targetAt, (nuint)target.Length);
        }
        return code != 0 ? $"damaged data (liblzma error {code})" : targetAt == (nuint)target.Length ? null : $"{targetAt} bytes";
    }
}
