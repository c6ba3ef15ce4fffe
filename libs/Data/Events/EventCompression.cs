using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;

namespace DaprHep.Data.Events;

/// <summary>
/// Compression of the buffers of event files, by its name: <c>zstd</c> or <c>lz4</c>, as every Arrow implementation reads them; null for
/// none, so that files can be read in place. (Arrow IPC, section "Buffer compression":
/// https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc)
/// </summary>
public static class EventCompression
{
    /// <summary>The names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["zstd", "lz4"];

    // Floats of detectors hardly compress better with more effort; level 1 is the fastest.
    private const int ZstdLevel = 1;

    internal static ICompressionCodecFactory Codecs { get; } = new CompressionCodecFactory();

    internal static IpcOptions? OptionsFor(string? name) => name switch
    {
        null => null,
        "zstd" => new IpcOptions
        {
            CompressionCodec = CompressionCodecType.Zstd,
            CompressionCodecFactory = Codecs,
            CompressionLevel = ZstdLevel,
        },
        "lz4" => new IpcOptions { CompressionCodec = CompressionCodecType.Lz4Frame, CompressionCodecFactory = Codecs },
        _ => throw new ArgumentException($"compression '{name}' is not known; expected {string.Join(" or ", Names)}", nameof(name)),
    };
}
