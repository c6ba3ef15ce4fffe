using System.Buffers;
using System.Runtime.InteropServices;
using Apache.Arrow.Ipc;

namespace Apache.Arrow.Compression;

/// <summary>ZSTD (RFC 8878) by libzstd.</summary>
internal sealed partial class ZstdCodec(int? level) : ICompressionCodec
{
    private const string Library = "libzstd.so.1";

    public unsafe int Decompress(ReadOnlyMemory<byte> source, Memory<byte> destination)
    {
        fixed (byte* from = source.Span, to = destination.Span)
        {
            return (int)Check(Decompress(to, (nuint)destination.Length, from, (nuint)source.Length));
        }
    }

    public unsafe void Compress(ReadOnlyMemory<byte> source, Stream destination)
    {
        int bound = checked((int)CompressBound((nuint)source.Length));
        byte[] buffer = ArrayPool<byte>.Shared.Rent(bound);
        try
        {
            nuint written;
            fixed (byte* from = source.Span, to = buffer)
            {
                written = Check(Compress(to, (nuint)bound, from, (nuint)source.Length, level ?? 3));
            }

            destination.Write(buffer, 0, (int)written);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose()
    {
    }

    private static nuint Check(nuint result) =>
        IsError(result) == 0 ? result : throw new InvalidDataException($"ZSTD: {Marshal.PtrToStringUTF8(ErrorName(result))}.");

    [LibraryImport(Library, EntryPoint = "ZSTD_decompress")]
    private static unsafe partial nuint Decompress(byte* destination, nuint capacity, byte* source, nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_compress")]
    private static unsafe partial nuint Compress(byte* destination, nuint capacity, byte* source, nuint length, int level);

    [LibraryImport(Library, EntryPoint = "ZSTD_compressBound")]
    private static partial nuint CompressBound(nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    private static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorName")]
    private static partial nint ErrorName(nuint code);
}
