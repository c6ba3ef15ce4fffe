namespace DaprHep.Root;

/// <summary>A ROOT file, opened for reading. Safe for use by several threads.</summary>
/// <remarks>Format: https://root.cern.ch/doc/master/classTFile.html and the classes named there; see docs/root.md.</remarks>
public sealed class RootFile : IDisposable
{
    /// <summary>Directories nested deeper than any real file has.</summary>
    private const int MaximumDirectoryDepth = 64;

    private readonly Lazy<StreamerRegistry> _streamers;
    private readonly Lazy<IReadOnlyList<RootKey>> _keys;
    private readonly List<RootKey> _top;

    private RootFile(IByteSource source)
    {
        Source = source;
        Header = FileHeader.Read(source);
        _streamers = new(ReadStreamers);
        _top = KeyList.ReadTop(this, Header);
        _keys = new(ListKeys);
    }

    /// <summary>The path or URL as given.</summary>
    public string Name => Source.Name;

    /// <summary>Bytes in the file.</summary>
    public long Length => Source.Length;

    /// <summary>The 16 bytes that identify the file; all zero in files older than ROOT 3.</summary>
    public ReadOnlyMemory<byte> Uuid => Header.Uuid;

    /// <summary>Version of ROOT that wrote the file: 10000 × major + 100 × minor + patch.</summary>
    public int WriterVersion => Header.Version % 1_000_000;

    /// <summary>The keys of all directories, each directory's own before those of its sub-directories.</summary>
    /// <exception cref="RootFormatException">A directory is damaged or contains itself.</exception>
    public IReadOnlyList<RootKey> Keys => _keys.Value;

    internal IByteSource Source { get; }

    internal FileHeader Header { get; }

    internal StreamerRegistry Streamers => _streamers.Value;

    /// <summary>Opens a file and reads its header and top directory.</summary>
    /// <param name="pathOrUrl">A path or a file:// URL.</param>
    /// <exception cref="RootIOException">The file is missing or unreadable.</exception>
    /// <exception cref="RootFormatException">It is not a ROOT file, or is damaged.</exception>
    public static RootFile Open(string pathOrUrl) => Open(ByteSources.Open(pathOrUrl));

    /// <summary>Opens a file whose bytes come from a source of the caller's.</summary>
    /// <param name="source">The bytes; disposed with the file, or at once if opening fails.</param>
    /// <inheritdoc cref="Open(string)"/>
    public static RootFile Open(IByteSource source)
    {
        try
        {
            return new RootFile(source);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Reads the structure of a tree.</summary>
    /// <param name="path">Directories and name joined with '/', the newest cycle, or "name;cycle" for another one.</param>
    /// <exception cref="RootKeyNotFoundException">No tree has this path.</exception>
    /// <exception cref="RootFormatException">The tree is damaged.</exception>
    public RootTree Tree(string path)
    {
        var semicolon = path.LastIndexOf(';');
        var cycle = -1;
        var wanted = path;
        if (semicolon > 0 && int.TryParse(path.AsSpan(semicolon + 1), out var number))
        {
            cycle = number;
            wanted = path[..semicolon];
        }
        var key = FindTree(_top, wanted.Trim('/'), cycle, 0)
            ?? throw new RootKeyNotFoundException(Name, path, [.. Keys.Where(k => k.IsTree).Select(k => k.Path).Distinct()]);
        return Tree(key);
    }

    /// <summary>Reads the structure of the tree under a key.</summary>
    /// <param name="key">A key of this file with <see cref="RootKey.IsTree"/>.</param>
    /// <exception cref="RootFormatException">The tree is damaged.</exception>
    public RootTree Tree(RootKey key) => TreeLoader.Load(this, key);

    /// <summary>Closes the file.</summary>
    public void Dispose() => Source.Dispose();

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal byte[] ReadRecord(KeyHeader key, RecordLocation location) => RecordReader.Read(Source, key.Extent, location);

    private RootKey? FindTree(List<RootKey> directory, string path, int cycle, int depth)
    {
        RootKey? best = null;
        foreach (var key in directory)
        {
            if (key.IsTree && key.Name == path && (cycle < 0 || key.Cycle == cycle) && (best is null || key.Cycle > best.Cycle))
                best = key;
        }
        if (best is not null || depth >= MaximumDirectoryDepth)
            return best;
        foreach (var key in directory)
        {
            if (IsDirectory(key) && path.StartsWith(key.Name + "/", StringComparison.Ordinal)
                && FindTree(ReadDirectory(key, out _), path[(key.Name.Length + 1)..], cycle, depth + 1) is { } found)
            {
                return found;
            }
        }
        return null;
    }

    private List<RootKey> ListKeys()
    {
        var all = new List<RootKey>();
        Walk(_top, [], all);
        return all;
    }

    private void Walk(List<RootKey> directory, HashSet<long> parents, List<RootKey> all)
    {
        all.AddRange(directory);
        foreach (var key in directory)
        {
            if (!IsDirectory(key))
                continue;
            var content = ReadDirectory(key, out var seek);
            if (content.Count == 0)
                continue;
            if (!parents.Add(seek) || parents.Count > MaximumDirectoryDepth)
            {
                throw new RootFormatException(
                    Name, $"directory '{key.Path}'", -1, key.Seek, "a directory with keys of its own", "one that contains itself");
            }
            Walk(content, parents, all);
            parents.Remove(seek);
        }
    }

    private List<RootKey> ReadDirectory(RootKey key, out long listSeek)
    {
        var record = ReadRecord(key.Header, new RecordLocation(Name, $"directory '{key.Path}'"));
        return KeyList.Read(this, record, key.Path + "/", out listSeek);
    }

    private static bool IsDirectory(RootKey key) => key.ClassName is "TDirectory" or "TDirectoryFile";

    private StreamerRegistry ReadStreamers()
    {
        var location = new RecordLocation(Name, "streamer info");
        var key = Header.InfoSeek == 0 || Header.InfoBytes == 0
            ? RecordScan.StreamerInfo(Source, Header)
            : RecordReader.ReadKey(Source, Header.InfoSeek, Header.InfoBytes, location);
        if (key is null)
            return new StreamerRegistry();
        return StreamerInfoReader.Read(ReadRecord(key, location), key.Extent.KeyLength, location);
    }
}
