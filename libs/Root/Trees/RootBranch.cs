namespace DaprHep.Root;

/// <summary>A branch of a tree: one column, or a node above several.</summary>
public sealed class RootBranch
{
    private BasketIndex? _baskets;
    private FlatLayout? _flat;
    private string? _where;

    internal RootBranch(RootTree tree, BranchRecord record, RootBranch? parent)
    {
        Tree = tree;
        Record = record;
        Parent = parent;
        Path = parent is null ? record.Name : parent.Path + "/" + record.Name;
    }

    /// <summary>The branch's name as stored, such as <c>Jet.PT</c>.</summary>
    public string Name => Record.Name;

    /// <summary>The branch's title: its leaves and their types.</summary>
    public string Title => Record.Title;

    /// <summary>The names of the branches above and of this one, joined with '/'.</summary>
    public string Path { get; }

    /// <summary>The ROOT class of the branch itself: TBranch, TBranchElement, …</summary>
    public string BranchClass => Record.StreamedClass;

    /// <summary>The C++ type of the values, as far as the file tells.</summary>
    public string TypeName => BranchTypeName.Of(this);

    /// <summary>
    /// Type of the values of a branch of plain numbers, which <see cref="RootTree.Read{T}(string)"/> and <see cref="TreeReader"/> read;
    /// null for a branch of anything else.
    /// </summary>
    public DataType? NumberType => Layout.Type;

    /// <summary>Number of entries.</summary>
    public long Entries => Record.Entries;

    /// <summary>True if the branch only groups the branches below it.</summary>
    public bool IsGroup =>
        Branches.Count > 0 && (Record.Leaves.Count == 0 || (Record.Type is not (3 or 4) && Index.Locations.Count == 0));

    /// <summary>Bytes of all baskets before compression.</summary>
    public long RawBytes => Record.RawBytes;

    /// <summary>Bytes of all baskets in the file.</summary>
    public long CompressedBytes => Record.CompressedBytes;

    /// <summary>
    /// Compression setting: algorithm (0 and 1 ZLIB, 2 LZMA, 3 CS, 4 LZ4, 5 ZSTD) × 100 + level; 0 for none.
    /// </summary>
    public int CompressionSettings => Record.Compression;

    /// <summary>The branches below.</summary>
    public IReadOnlyList<RootBranch> Branches { get; private set; } = [];

    /// <summary>The tree.</summary>
    public RootTree Tree { get; }

    /// <summary>The branch above, if there is one.</summary>
    public RootBranch? Parent { get; }

    /// <summary>The branch that counts the items of each entry, if there is one.</summary>
    public RootBranch? Counter { get; internal set; }

    /// <summary>The branch's baskets in order of their entries.</summary>
    /// <exception cref="RootFormatException">The list of baskets is damaged.</exception>
    public IReadOnlyList<BasketLocation> Baskets => Index.Locations;

    /// <summary>This branch and all below, depth first.</summary>
    public IEnumerable<RootBranch> SelfAndDescendants => Branches.SelectMany(b => b.SelfAndDescendants).Prepend(this);

    internal BranchRecord Record { get; }

    internal BasketIndex Index => _baskets ??= new BasketIndex(this);

    internal FlatLayout Layout => _flat ??= FlatLayout.Of(this);

    /// <summary>Reads the values of a branch of any supported type as columns, chunk by chunk.</summary>
    /// <param name="first">First entry.</param>
    /// <param name="end">The entry after the last; the branch's end if not given.</param>
    /// <param name="maxEntries">Entries of a chunk at most.</param>
    /// <exception cref="UnsupportedBranchException">The branch has no data of its own or of a type that is not decoded.</exception>
    public ValueReader ReadValues(long first = 0, long? end = null, int maxEntries = 1 << 16) =>
        new(this, first, end ?? Entries, maxEntries);

    /// <inheritdoc/>
    public override string ToString() => $"{Tree}, branch '{Path}'";

    internal void SetBranches(IReadOnlyList<RootBranch> branches) => Branches = branches;

    internal RecordLocation Locate(int basket) => new(Tree.File.Name, _where ??= $"tree '{Tree.Key.Path}', branch '{Path}'", basket);
}
