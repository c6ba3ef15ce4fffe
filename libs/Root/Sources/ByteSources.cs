namespace DaprHep.Root;

/// <summary>Opens the byte source that a path or URL names.</summary>
internal static class ByteSources
{
    public static IByteSource Open(string pathOrUrl)
    {
        var scheme = pathOrUrl.IndexOf("://", StringComparison.Ordinal) is var at and > 1 ? pathOrUrl[..at].ToLowerInvariant() : "";
        return scheme switch
        {
            "" => new FileByteSource(pathOrUrl, pathOrUrl),
            "file" => new FileByteSource(pathOrUrl, Uri.UnescapeDataString(pathOrUrl["file://".Length..])),
            _ => throw new RootIOException($"{pathOrUrl}: scheme '{scheme}' is not supported; give a path or file:// URL"),
        };
    }
}
