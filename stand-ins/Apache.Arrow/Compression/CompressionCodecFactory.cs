using Apache.Arrow.Ipc;

namespace Apache.Arrow.Compression;

/// <summary>Codecs for compressed buffers, through the system's liblz4 and libzstd.</summary>
public sealed class CompressionCodecFactory : ICompressionCodecFactory
{
    public ICompressionCodec CreateCodec(CompressionCodecType compressionCodecType) => CreateCodec(compressionCodecType, null);

    public ICompressionCodec CreateCodec(CompressionCodecType compressionCodecType, int? compressionLevel) => compressionCodecType switch
    {
        CompressionCodecType.Lz4Frame => new Lz4FrameCodec(compressionLevel),
        CompressionCodecType.Zstd => new ZstdCodec(compressionLevel),
        _ => throw new NotSupportedException($"Compression codec {compressionCodecType} is not supported."),
    };
}
