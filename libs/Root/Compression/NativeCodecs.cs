using System.Runtime.InteropServices;

namespace DaprHep.Root;

/// <summary>The system's decompression libraries, called on whole buffers.</summary>
internal static unsafe partial class NativeCodecs
{
    private const string Deflate = "libdeflate.so.0";
    private const string Lz4 = "liblz4.so.1";
    private const string Zstd = "libzstd.so.1";
    private const string Lzma = "liblzma.so.5";

    [LibraryImport(Deflate, EntryPoint = "libdeflate_alloc_decompressor")]
    public static partial nint DeflateAllocate();

    [LibraryImport(Deflate, EntryPoint = "libdeflate_free_decompressor")]
    public static partial void DeflateFree(nint decompressor);

    [LibraryImport(Deflate, EntryPoint = "libdeflate_zlib_decompress")]
    public static partial int ZlibDecompress(nint decompressor, byte* source, nuint length, byte* target, nuint room, nuint* written);

    [LibraryImport(Deflate, EntryPoint = "libdeflate_deflate_decompress")]
    public static partial int DeflateDecompress(nint decompressor, byte* source, nuint length, byte* target, nuint room, nuint* written);

    [LibraryImport(Lz4, EntryPoint = "LZ4_decompress_safe")]
    public static partial int Lz4Decompress(byte* source, byte* target, int length, int room);

    [LibraryImport(Zstd, EntryPoint = "ZSTD_createDCtx")]
    public static partial nint ZstdAllocate();

    [LibraryImport(Zstd, EntryPoint = "ZSTD_freeDCtx")]
    public static partial nuint ZstdFree(nint context);

    [LibraryImport(Zstd, EntryPoint = "ZSTD_decompressDCtx")]
    public static partial nuint ZstdDecompress(nint context, byte* target, nuint room, byte* source, nuint length);

    [LibraryImport(Zstd, EntryPoint = "ZSTD_isError")]
    public static partial uint ZstdIsError(nuint code);

    [LibraryImport(Lzma, EntryPoint = "lzma_stream_buffer_decode")]
    public static partial int LzmaDecompress(
        ulong* memoryLimit, uint flags, nint allocator,
        byte* source, nuint* sourceAt, nuint length, byte* target, nuint* targetAt, nuint room);
}
