namespace DaprHep.Root;

/// <summary>A TTree: named columns (branches) over the same entries.</summary>
public sealed class RootTree
{
    private Dictionary<string, RootBranch>? _byName;

    internal RootTree(RootFile file, RootKey key, TreeRecord record)
    {
        File = file;
        Key = key;
        Title = record.Title;
        Entries = record.Entries;
    }

    /// <summary>The tree's name.</summary>
    public string Name => Key.Name;

    /// <summary>The tree's title.</summary>
    public string Title { get; }

    /// <summary>Number of entries (events).</summary>
    public long Entries { get; }

    /// <summary>The file that holds the tree.</summary>
    public RootFile File { get; }

    /// <summary>The tree's key.</summary>
    public RootKey Key { get; }

    /// <summary>The top-level branches as stored.</summary>
    public IReadOnlyList<RootBranch> Branches { get; private set; } = [];

    /// <summary>All branches, depth first, parents before children.</summary>
    public IReadOnlyList<RootBranch> AllBranches { get; private set; } = [];

    /// <summary>Finds a branch by its path ("Jet/Jet.PT") or name ("Jet.PT"); the first one where names repeat.</summary>
    /// <param name="branch">Path or name.</param>
    /// <exception cref="BranchNotFoundException">There is none; the message names the nearest.</exception>
    public RootBranch Find(string branch)
    {
        _byName ??= IndexNames();
        return _byName.TryGetValue(branch, out var found)
            ? found
            : throw new BranchNotFoundException(ToString(), branch, AllBranches.Select(b => b.Name));
    }

    /// <summary>Reads all values of a branch of numbers.</summary>
    /// <typeparam name="T">The stored type.</typeparam>
    /// <param name="branch">Path or name.</param>
    /// <returns>One list of values an entry (of length 1 for a plain number).</returns>
    /// <exception cref="BranchNotFoundException">No such branch.</exception>
    /// <exception cref="ColumnTypeException">The branch stores another type.</exception>
    /// <exception cref="UnsupportedBranchException">The branch does not store numbers.</exception>
    /// <exception cref="RootFormatException">The branch's data are damaged.</exception>
    public JaggedArray<T> Read<T>(string branch)
        where T : unmanaged => Read<T>(branch, 0, Find(branch).Entries);

    /// <summary>Reads the values of a branch of numbers for a range of entries.</summary>
    /// <typeparam name="T">The stored type.</typeparam>
    /// <param name="branch">Path or name.</param>
    /// <param name="first">First entry.</param>
    /// <param name="end">The entry after the last.</param>
    /// <inheritdoc cref="Read{T}(string)"/>
    public JaggedArray<T> Read<T>(string branch, long first, long end)
        where T : unmanaged
    {
        var found = Find(branch);
        _ = found.Index; // throws if the branch's entries or baskets make no sense
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, end);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(end, found.Entries);
        using var column = new FlatColumn(found);
        column.Check<T>();
        column.Fill(first, end);
        return new JaggedArray<T>(column.Values<T>().ToArray(), column.Offsets.ToArray());
    }

    /// <summary>Reads a range of entries of a branch of numbers, as in <c>tree.Read&lt;float&gt;("Jet.PT", 0..1000)</c>.</summary>
    /// <typeparam name="T">The stored type.</typeparam>
    /// <param name="branch">Path or name.</param>
    /// <param name="entries">The entries; counted from the end where the range says so.</param>
    /// <inheritdoc cref="Read{T}(string)"/>
    public JaggedArray<T> Read<T>(string branch, Range entries)
        where T : unmanaged
    {
        var count = Find(branch).Entries;
        return Read<T>(branch, At(entries.Start), At(entries.End));

        long At(Index index) => index.IsFromEnd ? count - index.Value : index.Value;
    }

    /// <summary>Reads several branches of numbers together, in chunks of entries.</summary>
    /// <param name="branches">Paths or names.</param>
    /// <inheritdoc cref="Reader(IReadOnlyList{string}, TreeReaderOptions?)"/>
    public TreeReader Reader(params ReadOnlySpan<string> branches) => new(this, branches, TreeReaderOptions.Default);

    /// <summary>Reads several branches of numbers together, in chunks of entries.</summary>
    /// <param name="branches">Paths or names.</param>
    /// <param name="options">Bounds of a chunk.</param>
    /// <exception cref="BranchNotFoundException">No such branch.</exception>
    /// <exception cref="UnsupportedBranchException">A branch does not store numbers.</exception>
    public TreeReader Reader(IReadOnlyList<string> branches, TreeReaderOptions? options = null) =>
        new(this, branches.ToArray(), options ?? TreeReaderOptions.Default);

    /// <inheritdoc/>
    public override string ToString() => $"{File.Name}: tree '{Key.Path}'";

    internal void SetBranches(IReadOnlyList<RootBranch> top, IReadOnlyList<RootBranch> all)
    {
        Branches = top;
        AllBranches = all;
    }

    private Dictionary<string, RootBranch> IndexNames()
    {
        var names = new Dictionary<string, RootBranch>(2 * AllBranches.Count, StringComparer.Ordinal);
        foreach (var branch in AllBranches)
            names.TryAdd(branch.Path, branch);
        foreach (var branch in AllBranches)
            names.TryAdd(branch.Name, branch);
        return names;
    }
}
