namespace Apache.Arrow.Ipc;

public enum CompressionCodecType
{
    Lz4Frame,
    Zstd,
}

public interface ICompressionCodec : IDisposable
{
    /// <summary>Decompresses all of <paramref name="source"/>.</summary>
    /// <returns>Bytes written into <paramref name="destination"/>.</returns>
    int Decompress(ReadOnlyMemory<byte> source, Memory<byte> destination);

    /// <summary>Appends the compressed form of <paramref name="source"/> to a stream.</summary>
    void Compress(ReadOnlyMemory<byte> source, Stream destination) =>
        throw new NotSupportedException("This codec does not support compression.");
}

public interface ICompressionCodecFactory
{
    ICompressionCodec CreateCodec(CompressionCodecType compressionCodecType);

    ICompressionCodec CreateCodec(CompressionCodecType compressionCodecType, int? compressionLevel) => CreateCodec(compressionCodecType);
}
