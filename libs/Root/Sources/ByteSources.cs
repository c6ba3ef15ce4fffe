using System.Collections.Concurrent;

namespace DaprHep.Root;

/// <summary>Opens the byte source that a path or URL names.</summary>
public static class ByteSources
{
    private const int LongestList = 64 << 20;

    private static readonly ConcurrentDictionary<string, FileListing> Listings = new(StringComparer.OrdinalIgnoreCase);

    private static readonly ConcurrentDictionary<string, Func<string, IByteSource>> Schemes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["file"] = url => new FileByteSource(url, Uri.UnescapeDataString(url["file://".Length..])),
        ["http"] = url => new HttpByteSource(url),
        ["https"] = url => new HttpByteSource(url),
    };

    /// <summary>What this process may open; set once, at its start, by services that others tell what to open.</summary>
    public static InputAccess Access { get; set; } = InputAccess.Unlimited;

    /// <summary>Adds a URL scheme, such as <c>s3</c>, for <see cref="RootFile.Open(string)"/>.</summary>
    /// <param name="scheme">The scheme without "://".</param>
    /// <param name="open">Opens a URL; throws <see cref="RootIOException"/> if it cannot.</param>
    /// <param name="list">Lists files; null where they can't be listed.</param>
    public static void Register(string scheme, Func<string, IByteSource> open, FileListing? list = null)
    {
        Schemes[scheme] = open;
        if (list is not null)
            Listings[scheme] = list;
    }

    /// <summary>Opens a path or URL.</summary>
    /// <param name="pathOrUrl">A path, or a URL of scheme file, http, https or one registered.</param>
    /// <exception cref="RootIOException">It cannot be opened, or its scheme is not known.</exception>
    /// <exception cref="InputRefusedException">This process may not open it.</exception>
    public static IByteSource Open(string pathOrUrl)
    {
        Access.Check(pathOrUrl);
        var at = pathOrUrl.IndexOf("://", StringComparison.Ordinal);
        if (at <= 0)
            return new FileByteSource(pathOrUrl, pathOrUrl);
        return Schemes.TryGetValue(pathOrUrl[..at], out var open)
            ? open(pathOrUrl)
            : throw new RootIOException(
                $"{NameOf(pathOrUrl)}: scheme '{pathOrUrl[..at]}' is not supported; "
                + $"known: a path, {string.Join(", ", Schemes.Keys.Order())}");
    }

    /// <summary>A path or URL as it may be shown and logged: without password, and without the query, which may be a signature.</summary>
    public static string NameOf(string pathOrUrl)
    {
        var at = pathOrUrl.IndexOf("://", StringComparison.Ordinal);
        if (at <= 0 || pathOrUrl.StartsWith("file://", StringComparison.OrdinalIgnoreCase))
            return pathOrUrl;
        var start = at + "://".Length;
        var end = pathOrUrl.AsSpan(start).IndexOfAny('?', '#');
        var name = end < 0 ? pathOrUrl : pathOrUrl[..(start + end)];
        var path = name.IndexOf('/', start);
        var user = name.LastIndexOf('@', (path < 0 ? name.Length : path) - 1);
        return user < start ? name : name[..start] + name[(user + 1)..];
    }

    /// <summary>What lists the files of a URL's scheme; null where they can't be listed.</summary>
    internal static FileListing? ListingOf(string url) =>
        Listings.GetValueOrDefault(url[..Math.Max(0, url.IndexOf("://", StringComparison.Ordinal))]);

    /// <summary>A small file, whole; over HTTP, of a server that need not answer range requests.</summary>
    /// <exception cref="RootIOException">It cannot be read, or is too long for a list.</exception>
    internal static byte[] ReadSmall(string url)
    {
        if (url.StartsWith("http", StringComparison.OrdinalIgnoreCase))
            return HttpByteSource.Download(url, LongestList);
        using var source = Open(url);
        if (source.Length > LongestList)
            throw new RootIOException($"{url}: has {source.Length} bytes; a list of files has {LongestList} at most");
        var bytes = new byte[source.Length];
        source.Read(0, bytes);
        return bytes;
    }
}
