using System.Buffers;
using System.Runtime.InteropServices;
using Apache.Arrow.Ipc;

namespace Apache.Arrow.Compression;

/// <summary>LZ4 frames (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md) by liblz4.</summary>
internal sealed partial class Lz4FrameCodec(int? level) : ICompressionCodec
{
    private const string Library = "liblz4.so.1";
    private const uint FrameVersion = 100;
    private const int IndependentBlocks = 1;
    private const int BlocksOf4MiB = 7;

    public unsafe int Decompress(ReadOnlyMemory<byte> source, Memory<byte> destination)
    {
        Check(CreateDecompressionContext(out nint context, FrameVersion));
        try
        {
            fixed (byte* from = source.Span, to = destination.Span)
            {
                nuint read = 0;
                nuint written = 0;
                while (true)
                {
                    nuint sourceSize = (nuint)source.Length - read;
                    nuint destinationSize = (nuint)destination.Length - written;
                    nuint expected = Check(Decompress(context, to + written, ref destinationSize, from + read, ref sourceSize, null));
                    read += sourceSize;
                    written += destinationSize;
                    if (expected == 0)
                        return (int)written;
                    if (sourceSize == 0 && destinationSize == 0)
                    {
                        throw new InvalidDataException(
                            $"LZ4: the frame goes on after {read} of {source.Length} bytes "
                            + $"({written} of {destination.Length} decompressed).");
                    }
                }
            }
        }
        finally
        {
            _ = FreeDecompressionContext(context);
        }
    }

    public unsafe void Compress(ReadOnlyMemory<byte> source, Stream destination)
    {
        var preferences = default(Preferences);
        preferences.ContentSize = (ulong)source.Length;
        // Blocks that do not refer to one another: some implementations (lz4-java among them) read no others. Large ones, so that it costs little.
        preferences.BlockMode = IndependentBlocks;
        preferences.BlockSize = BlocksOf4MiB;
        preferences.CompressionLevel = level ?? 0;
        int bound = checked((int)CompressBound((nuint)source.Length, preferences));
        byte[] buffer = ArrayPool<byte>.Shared.Rent(bound);
        try
        {
            nuint written;
            fixed (byte* from = source.Span, to = buffer)
            {
                written = Check(Compress(to, (nuint)bound, from, (nuint)source.Length, preferences));
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
        IsError(result) == 0 ? result : throw new InvalidDataException($"LZ4: {Marshal.PtrToStringUTF8(ErrorName(result))}.");

    [LibraryImport(Library, EntryPoint = "LZ4F_createDecompressionContext")]
    private static partial nuint CreateDecompressionContext(out nint context, uint version);

    [LibraryImport(Library, EntryPoint = "LZ4F_freeDecompressionContext")]
    private static partial nuint FreeDecompressionContext(nint context);

    [LibraryImport(Library, EntryPoint = "LZ4F_decompress")]
    private static unsafe partial nuint Decompress(
        nint context, byte* destination, ref nuint destinationSize, byte* source, ref nuint sourceSize, void* options);

    [LibraryImport(Library, EntryPoint = "LZ4F_compressFrameBound")]
    private static partial nuint CompressBound(nuint length, in Preferences preferences);

    [LibraryImport(Library, EntryPoint = "LZ4F_compressFrame")]
    private static unsafe partial nuint Compress(byte* destination, nuint capacity, byte* source, nuint length, in Preferences preferences);

    [LibraryImport(Library, EntryPoint = "LZ4F_isError")]
    private static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "LZ4F_getErrorName")]
    private static partial nint ErrorName(nuint code);

    /// <summary>LZ4F_preferences_t of lz4frame.h 1.9; all zero is the default.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Preferences
    {
        public int BlockSize;
        public int BlockMode;
        public int ContentChecksum;
        public int FrameType;
        public ulong ContentSize;
        public uint DictionaryId;
        public int BlockChecksum;
        public int CompressionLevel;
        public uint AutoFlush;
        public uint FavorDecompressionSpeed;
        public uint Reserved0;
        public uint Reserved1;
        public uint Reserved2;
    }
}
