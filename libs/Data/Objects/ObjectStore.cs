using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DaprHep.Data.Objects;

/// <summary>
/// Where datasets, models and run records live: a flat space of immutable objects under keys such as
/// <c>events/3f…/part-00000.arrow</c>. A write is atomic: an object is there whole or not at all.
/// </summary>
public abstract class ObjectStore
{
    /// <summary>The URL this store was opened with.</summary>
    public abstract string Url { get; }

    /// <summary>Opens the store at <paramref name="url"/>.</summary>
    /// <param name="url"><c>file:///absolute/folder</c>, a plain folder path, or <c>s3://BUCKET/PREFIX</c> (see <see cref="S3Connection"/>).</param>
    /// <exception cref="ObjectStoreException">The scheme is not known.</exception>
    public static ObjectStore Open(string url)
    {
        ArgumentException.ThrowIfNullOrEmpty(url);
        int scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0 && url.Split('/')[0] is "s3:" or "file:")
            throw new ObjectStoreException(url, "", "two slashes are missing; use file:///FOLDER, a path, or s3://BUCKET/PREFIX");
        if (scheme < 0)
            return new FileObjectStore(Path.GetFullPath(url));
        if (url.StartsWith("file://", StringComparison.OrdinalIgnoreCase))
            return new FileObjectStore(new Uri(url).LocalPath);
        if (url.StartsWith("s3://", StringComparison.OrdinalIgnoreCase))
        {
            string[] names = url["s3://".Length..].Split('/', 2);
            return new S3ObjectStore(S3Connection.Shared, names[0], names.Length > 1 ? names[1] : "");
        }
        throw new ObjectStoreException(url, "", $"unknown scheme '{url[..scheme]}'; use file:///FOLDER or s3://BUCKET/PREFIX");
    }

    /// <summary>Opens a store to read what is in it: a folder that is mistyped is no empty store. A bucket is asked with the first request.</summary>
    /// <param name="url">As for <see cref="Open(string)"/>.</param>
    /// <exception cref="ObjectStoreException">The scheme is not known, or there is no such folder.</exception>
    public static ObjectStore OpenExisting(string url)
    {
        ObjectStore store = Open(url);
        return store is FileObjectStore && !Directory.Exists(new Uri(store.Url).LocalPath)
            ? throw new ObjectStoreException(store.Url, "", "no such folder; check the path", null, ObjectStoreProblem.NoStore)
            : store;
    }

    /// <summary>The store and the key of what a person names by its path or URL: an object, or a prefix of several.</summary>
    /// <param name="location">For instance <c>out/model</c> or <c>file:///data/store/statistics/3f….json</c>.</param>
    /// <param name="segments">How many names of the location are the key.</param>
    /// <exception cref="ObjectStoreException">The scheme is not known, or there are not so many names.</exception>
    public static (ObjectStore Store, string Key) OpenAt(string location, int segments = 1)
    {
        string whole = (location.Contains("://", StringComparison.Ordinal) ? location : Path.GetFullPath(location)).TrimEnd('/');
        int cut = whole.Length;
        for (int i = 0; i < segments && cut > 0; i++)
            cut = whole.LastIndexOf('/', cut - 1);
        if (cut < 0 || cut > 0 && whole[cut - 1] is '/' or ':')
            throw new ObjectStoreException(location, "", $"expected a path or URL of {segments} names or more");
        return (Open(cut == 0 ? "/" : whole[..cut]), whole[(cut + 1)..]);
    }

    /// <summary>Whether an object is there.</summary>
    public abstract Task<bool> ExistsAsync(string key, CancellationToken cancellation = default);

    /// <summary>The whole object, for reading in place; dispose it when no span into it is used any more.</summary>
    /// <exception cref="ObjectStoreException">The object is missing or can't be read.</exception>
    public abstract Task<ObjectContent> ReadAsync(string key, CancellationToken cancellation = default);

    /// <summary>A range of an object, without reading the rest; dispose it when no span into it is used any more.</summary>
    /// <param name="key">The object.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="length">Number of bytes.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="ObjectStoreException">The object is missing, ends before the range does, or can't be read.</exception>
    public abstract Task<ObjectContent> ReadRangeAsync(string key, long offset, int length, CancellationToken cancellation = default);

    /// <summary>Starts an object; it becomes visible with <see cref="ObjectWriter.CommitAsync"/> and never before.</summary>
    /// <exception cref="ObjectStoreException">The store can't be written.</exception>
    public abstract Task<ObjectWriter> CreateAsync(string key, CancellationToken cancellation = default);

    /// <summary>Takes an object away, whole and at once; a reader that has it keeps it. Does nothing where there is none.</summary>
    /// <exception cref="ObjectStoreException">The store can't be written.</exception>
    public abstract Task DeleteAsync(string key, CancellationToken cancellation = default);

    /// <summary>The objects whose keys begin with <paramref name="prefix"/>, by key in ordinal order; what is not committed is not there.</summary>
    /// <param name="prefix">For instance <c>events/</c>; empty for all objects.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="ObjectStoreException">The store can't be read.</exception>
    public abstract IAsyncEnumerable<ObjectEntry> ListAsync(string prefix, CancellationToken cancellation = default);

    /// <summary>Counts the writes that began before a time and were never completed, of processes that were killed.</summary>
    /// <param name="before">Later ones may still be under way.</param>
    /// <param name="delete">Whether to take away what is left of them.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="ObjectStoreException">The store can't be read or written.</exception>
    public abstract Task<int> UnfinishedAsync(DateTimeOffset before, bool delete, CancellationToken cancellation = default);

    /// <summary>Writes a small object in one go, in place of one that is there.</summary>
    public async Task WriteAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
    {
        await using ObjectWriter writer = await CreateAsync(key, cancellation).ConfigureAwait(false);
        await writer.Stream.WriteAsync(content, cancellation).ConfigureAwait(false);
        await writer.CommitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes a small object unless there is one of that key; of several writers one succeeds, and its object is never replaced.</summary>
    /// <returns>Whether it was written; false where there is one already, whoever wrote it.</returns>
    /// <exception cref="ObjectStoreException">The store can't be written.</exception>
    public async Task<bool> TryWriteAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
    {
        await using ObjectWriter writer = await CreateAsync(key, cancellation).ConfigureAwait(false);
        await writer.Stream.WriteAsync(content, cancellation).ConfigureAwait(false);
        return await writer.TryCommitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes <paramref name="value"/> as JSON.</summary>
    public Task WriteJsonAsync<T>(string key, T value, JsonTypeInfo<T> type, CancellationToken cancellation = default) =>
        WriteAsync(key, JsonSerializer.SerializeToUtf8Bytes(value, type), cancellation);

    /// <summary>Reads a JSON object written by <see cref="WriteJsonAsync"/>.</summary>
    /// <exception cref="ObjectStoreException">The object is missing or is not the JSON expected.</exception>
    public async Task<T> ReadJsonAsync<T>(string key, JsonTypeInfo<T> type, CancellationToken cancellation = default)
        where T : class
    {
        using ObjectContent content = await ReadAsync(key, cancellation).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(content.Memory.Span, type)
                ?? throw new ObjectStoreException(Url, key, $"expected a JSON {typeof(T).Name}, found null");
        }
        catch (JsonException e)
        {
            throw new ObjectStoreException(Url, key, $"expected a JSON {typeof(T).Name}: {e.Message}", e);
        }
    }

    /// <summary>Whether a text can be a key: names joined with single '/', none of them '.' or '..'.</summary>
    protected static bool IsKey(string text) =>
        text.Length > 0 && text[0] != '/' && !text.Contains('\0') && !text.Split('/').Any(part => part is "" or "." or "..");
}
