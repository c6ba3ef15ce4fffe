using System.Collections.Concurrent;

namespace DaprHep.Root;

/// <summary>Opens the byte source that a path or URL names.</summary>
public static class ByteSources
{
    private static readonly ConcurrentDictionary<string, Func<string, IByteSource>> Schemes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["file"] = url => new FileByteSource(url, Uri.UnescapeDataString(url["file://".Length..])),
        ["http"] = url => new HttpByteSource(url),
        ["https"] = url => new HttpByteSource(url),
    };

    /// <summary>Adds a URL scheme, such as <c>s3</c>, for <see cref="RootFile.Open(string)"/>.</summary>
    /// <param name="scheme">The scheme without "://".</param>
    /// <param name="open">Opens a URL; throws <see cref="RootIOException"/> if it cannot.</param>
    public static void Register(string scheme, Func<string, IByteSource> open) => Schemes[scheme] = open;

    /// <summary>Opens a path or URL.</summary>
    /// <param name="pathOrUrl">A path, or a URL of scheme file, http, https or one registered.</param>
    /// <exception cref="RootIOException">It cannot be opened, or its scheme is not known.</exception>
    public static IByteSource Open(string pathOrUrl)
    {
        var at = pathOrUrl.IndexOf("://", StringComparison.Ordinal);
        if (at <= 0)
            return new FileByteSource(pathOrUrl, pathOrUrl);
        return Schemes.TryGetValue(pathOrUrl[..at], out var open)
            ? open(pathOrUrl)
            : throw new RootIOException(
                $"{pathOrUrl}: scheme '{pathOrUrl[..at]}' is not supported; known: a path, {string.Join(", ", Schemes.Keys.Order())}");
    }
}
