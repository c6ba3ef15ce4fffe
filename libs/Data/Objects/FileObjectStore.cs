using System.Runtime.CompilerServices;
using CommunityToolkit.HighPerformance.Buffers;
using Microsoft.Win32.SafeHandles;

namespace DaprHep.Data.Objects;

/// <summary>
/// Objects as files below one folder. A write goes to a temporary file beside its target, is flushed to the disk,
/// and is renamed into place, so that a reader (or a machine that lost power) sees the whole object or none.
/// </summary>
public sealed class FileObjectStore(string folder) : ObjectStore
{
    private const string TemporarySuffix = ".partial";
    private const int WriteBuffer = 1 << 16;
    private const int CreateAttempts = 100;

    private static readonly EnumerationOptions AllFiles = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };
    private readonly string _folder = Path.TrimEndingDirectorySeparator(folder);

    /// <inheritdoc/>
    public override string Url => new UriBuilder("file", "") { Path = _folder }.Uri.AbsoluteUri;

    /// <inheritdoc/>
    public override Task<bool> ExistsAsync(string key, CancellationToken cancellation = default) =>
        Task.FromResult(File.Exists(PathOf(key)));

    /// <inheritdoc/>
    public override Task<ObjectContent> ReadAsync(string key, CancellationToken cancellation = default)
    {
        MappedFile file = Read(key, MappedFile.Open);
        return Task.FromResult(new ObjectContent(file.Memory, file, isInPlace: true));
    }

    /// <inheritdoc/>
    public override Task<ObjectContent> ReadRangeAsync(string key, long offset, int length, CancellationToken cancellation = default) =>
        Task.FromResult(Read(key, path =>
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            long available = RandomAccess.GetLength(file);
            if (offset < 0 || length < 0 || offset > available - length)
                throw new ObjectStoreException(Url, key, $"has {available:N0} bytes; bytes {offset:N0} to {offset + length:N0} were expected in it");
            var buffer = MemoryOwner<byte>.Allocate(length);
            for (int read = 0; read < length;)
            {
                int count = RandomAccess.Read(file, buffer.Span[read..], offset + read);
                if (count == 0)
                    throw new EndOfStreamException($"it ended at byte {offset + read:N0} while it was read");
                read += count;
            }
            return new ObjectContent(buffer.Memory, buffer, isInPlace: false);
        }));

    /// <inheritdoc/>
    public override Task<ObjectWriter> CreateAsync(string key, CancellationToken cancellation = default)
    {
        string path = PathOf(key);
        string temporary = $"{path}.{Guid.NewGuid():N}{TemporarySuffix}";
        try
        {
            return Task.FromResult<ObjectWriter>(new FileObjectWriter(this, key, Create(temporary), temporary, path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(key, e);
        }
    }

    /// <inheritdoc/>
    public override Task DeleteAsync(string key, CancellationToken cancellation = default)
    {
        string path = PathOf(key);
        try
        {
            File.Delete(path);
            PosixFile.FlushFolder(Path.GetDirectoryName(path)!);
            DeleteEmptyFolders(Path.GetDirectoryName(path)!);
            return Task.CompletedTask;
        }
        catch (DirectoryNotFoundException)
        {
            return Task.CompletedTask;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ObjectStoreException(Url, key, $"can't be deleted: {e.Message}; check the folder's permissions", e);
        }
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ObjectEntry> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (ObjectEntry entry in EntriesOf(prefix, cancellation))
            yield return entry;
    }

    /// <inheritdoc/>
    public override Task<int> UnfinishedAsync(DateTimeOffset before, bool delete, CancellationToken cancellation = default)
    {
        int count = 0;
        try
        {
            foreach (FileInfo file in new DirectoryInfo(_folder).EnumerateFiles("*" + TemporarySuffix, AllFiles))
            {
                cancellation.ThrowIfCancellationRequested();
                if (!file.Exists || file.LastWriteTimeUtc >= before.UtcDateTime)
                    continue;
                count++;
                if (!delete)
                    continue;
                file.Delete();
                DeleteEmptyFolders(file.DirectoryName!);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // There is no store yet.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ObjectStoreException(Url, "", $"unfinished writes can't be cleared away: {e.Message}; check the folder's permissions", e);
        }
        return Task.FromResult(count);
    }

    private T Read<T>(string key, Func<string, T> read)
    {
        try
        {
            return read(PathOf(key));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ObjectStoreException(
                Url, key, "no such object; the step that writes it has not finished here", e, ObjectStoreProblem.NoObject);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ObjectStoreException(Url, key, $"can't be read: {e.Message}", e);
        }
    }

    private List<ObjectEntry> EntriesOf(string prefix, CancellationToken cancellation)
    {
        string start = Path.Combine(_folder, prefix[..(prefix.LastIndexOf('/') + 1)]);
        var entries = new List<ObjectEntry>();
        try
        {
            // Other processes may delete files and folders while they are listed.
            foreach (FileInfo file in new DirectoryInfo(start).EnumerateFiles("*", AllFiles))
            {
                cancellation.ThrowIfCancellationRequested();
                string key = Path.GetRelativePath(_folder, file.FullName).Replace(Path.DirectorySeparatorChar, '/');
                bool wanted = key.StartsWith(prefix, StringComparison.Ordinal) && !key.EndsWith(TemporarySuffix, StringComparison.Ordinal);
                if (wanted && file.Exists)
                    entries.Add(new ObjectEntry(key, file.Length, file.LastWriteTimeUtc));
            }
        }
        catch (DirectoryNotFoundException)
        {
            return entries;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ObjectStoreException(Url, prefix, $"can't be listed: {e.Message}; check the folder's permissions", e);
        }
        entries.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
        return entries;
    }

    // Someone else may delete the folder, found empty, while it is made or before the file is in it.
    private FileStream Create(string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                if (!Directory.Exists(folder))
                {
                    Directory.CreateDirectory(folder);
                    for (string above = folder; above.Length > _folder.Length; )
                        PosixFile.FlushFolder(above = Path.GetDirectoryName(above)!);
                }
                return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, WriteBuffer);
            }
            catch (IOException) when (attempt < CreateAttempts && !File.Exists(folder))
            {
            }
        }
    }

    private void DeleteEmptyFolders(string folder)
    {
        try
        {
            for (; folder.Length > _folder.Length; folder = Path.GetDirectoryName(folder)!)
                Directory.Delete(folder);
        }
        catch (IOException)
        {
            // It holds something, or is gone already.
        }
    }

    internal ObjectStoreException Unwritable(string key, Exception cause) => StoreFullException.IsCause(cause)
        ? new StoreFullException(Url, key, cause)
        : new ObjectStoreException(Url, key, $"can't be written: {cause.Message}; check the folder's permissions", cause);

    private string PathOf(string key)
    {
        if (!IsKey(key))
            throw new ObjectStoreException(Url, key, "not a valid key; expected names joined with single '/', without '.' and '..'");
        return Path.Combine(_folder, key);
    }
}
