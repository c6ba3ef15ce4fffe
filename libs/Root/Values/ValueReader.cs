namespace DaprHep.Root;

/// <summary>
/// Goes through one branch of any supported type in chunks of entries and holds their values as columns. Memory is bounded by
/// one basket and one chunk.
/// </summary>
public sealed class ValueReader : IDisposable
{
    private readonly IChunkDecoder _decoder;
    private readonly long _end;
    private long _next;

    internal ValueReader(RootBranch branch, long first, long end, int maxEntries)
    {
        _ = branch.Index; // throws if the branch's entries or baskets make no sense
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, end);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(end, branch.Entries);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxEntries);
        Branch = branch;
        _decoder = branch.Layout.Type is null ? new NodeDecoder(branch) : new FlatDecoder(branch);
        _next = first;
        _end = end;
        MaxEntries = Math.Min(EntriesAChunk([branch]), maxEntries);
    }

    /// <summary>Aim for the size of a chunk, by the branch's average.</summary>
    private const long ChunkBytes = 4 << 20;

    /// <summary>The branch.</summary>
    public RootBranch Branch { get; }

    /// <summary>The chunk's first entry.</summary>
    public long FirstEntry { get; private set; }

    /// <summary>Entries of the chunk.</summary>
    public int Entries { get; private set; }

    /// <summary>The columns, in the order of the type; those of the current chunk, valid until the next <see cref="Next"/>.</summary>
    public IReadOnlyList<ValueColumn> Columns => _decoder.Columns;

    private int MaxEntries { get; }

    /// <summary>Entries to read at once so that all branches together stay at the chunk's size; no more than any of them reads alone.</summary>
    internal static int EntriesAChunk(IEnumerable<RootBranch> branches)
    {
        long bytes = 0;
        foreach (var branch in branches)
            bytes += Math.Clamp(branch.RawBytes / Math.Max(1, branch.Entries), 1, ChunkBytes);
        return (int)Math.Clamp(ChunkBytes / Math.Max(1, bytes), 1, 1 << 16);
    }

    /// <summary>Goes to the next chunk.</summary>
    /// <returns>False when there is none.</returns>
    /// <exception cref="RootFormatException">A basket is damaged.</exception>
    /// <exception cref="UnsupportedBranchException">The values turn out to be of a kind that is not decoded.</exception>
    public bool Next()
    {
        if (_next >= _end)
            return false;
        FirstEntry = _next;
        var stop = Math.Min(_end, _next + MaxEntries);
        if (Branch.Tree.File.Source is { IsRemote: true } remote)
            remote.Prefetch(Branch.Index.RangesOf(_next, stop));
        _decoder.Fill(_next, stop);
        Entries = (int)(stop - _next);
        _next = stop;
        return true;
    }

    /// <summary>Gives the buffers back.</summary>
    public void Dispose()
    {
        _next = _end;
        _decoder.Dispose();
    }
}
