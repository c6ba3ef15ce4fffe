namespace Apache.Arrow.Ipc;

/// <summary>How a writer writes.</summary>
public class IpcOptions
{
    internal static IpcOptions Default { get; } = new();

    /// <summary>Compresses every buffer; null (the default) writes them as they are.</summary>
    public CompressionCodecType? CompressionCodec { get; set; }

    /// <summary>Needed with <see cref="CompressionCodec"/>.</summary>
    public ICompressionCodecFactory? CompressionCodecFactory { get; set; }

    /// <summary>The codec's own scale; null takes its default.</summary>
    public int? CompressionLevel { get; set; }
}
