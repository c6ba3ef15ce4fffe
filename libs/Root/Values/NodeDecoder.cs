namespace DaprHep.Root;

/// <summary>Columns of a branch of objects, collections, strings or other values, by way of <see cref="ValueNode"/>s.</summary>
internal sealed class NodeDecoder : IChunkDecoder
{
    private readonly RootBranch branch;
    private readonly BasketBuffer basket;
    private readonly FlatColumn? counter;
    private readonly FlatColumn? arrayCounter;
    private readonly CountQueue arrayCounts = new();
    private readonly Dictionary<string, StreamerInfo> versions = [];
    private BranchNode node;
    private int position;

    public NodeDecoder(RootBranch branch)
    {
        this.branch = branch;
        node = Build();
        basket = new BasketBuffer(branch);
        if (node.Counts is null)
            return;
        if (branch.Counter is not { Layout: { Jagged: false, Items: 1 } })
            throw new UnsupportedBranchException(branch.ToString(), "the branch that counts its items does not hold numbers");
        counter = new FlatColumn(branch.Counter);
        if (node.ArrayCounter is not null)
            arrayCounter = new FlatColumn(node.ArrayCounter);
    }

    public IReadOnlyList<ValueColumn> Columns => node.Columns;

    public void Fill(long first, long end)
    {
        while (true)
        {
            try
            {
                FillOnce(first, end);
                return;
            }
            catch (ClassVersionException e)
            {
                TakeVersion(e);
            }
            catch (NotDecodableException e)
            {
                throw new UnsupportedBranchException(branch.ToString(), e.Message);
            }
        }
    }

    public void Dispose()
    {
        basket.Dispose();
        counter?.Dispose();
        arrayCounter?.Dispose();
        foreach (var column in node.Columns)
            column.Release();
    }

    private void FillOnce(long first, long end)
    {
        foreach (var column in node.Columns)
            column.Clear();
        counter?.Fill(first, end);
        if (arrayCounter is not null && node.Value is CountedArrayNode arrays)
        {
            arrayCounter.Fill(first, end);
            arrayCounts.Fill(arrayCounter, arrayCounter.Offsets[^1]);
            arrays.Queue = arrayCounts;
        }
        for (var at = first; at < end; at++)
        {
            if (basket.Index < 0 || at < basket.Location.FirstEntry || at >= basket.Location.EndEntry)
                Load(branch.Index.Find(at, basket.Index));
            var count = 1L;
            if (counter is not null)
            {
                count = counter.CountAt((int)(at - first));
                if (count < 0 || count > basket.Content.Length + 1L)
                    throw basket.Where.Error(-1, $"at most {basket.Content.Length} items in entry {at}", $"{count}");
                node.Counts!.AddLength((int)count);
            }
            ReadEntry((int)(at - basket.Location.FirstEntry), (int)count);
        }
    }

    private void Load(int index)
    {
        basket.Load(index);
        position = 0;
        var least = (long)basket.Entries * Math.Max(1, node.Value.MinimumBytes);
        if (!basket.HasOffsets && counter is null && least > basket.Content.Length)
        {
            throw basket.Where.Error(
                -1, $"{basket.Entries} entries of at least {node.Value.MinimumBytes} bytes", $"{basket.Content.Length} bytes");
        }
    }

    private void ReadEntry(int entry, int count)
    {
        if (!basket.HasOffsets)
        {
            // Entries of one size follow one another; going back means to start over.
            if (entry == 0)
                position = 0;
            var rest = new RootCursor(basket.Content[position..], basket.Where, position);
            node.Value.Read(ref rest, count);
            position += rest.Position;
            return;
        }
        var start = basket.Offsets[entry];
        var bytes = basket.Offsets[entry + 1] - start;
        var cursor = new RootCursor(basket.Content.Slice(start, bytes), basket.Where, start);
        if (count == 0 && node.Counts is not null && bytes == 0)
            return;
        node.Value.Read(ref cursor, count);
        if (cursor.Remaining != 0)
            cursor.Throw($"entry {entry} of the basket to end", $"{cursor.Remaining} more bytes");
    }

    private BranchNode Build()
    {
        try
        {
            var built = BranchNode.Build(branch, versions);
            return built.Value is UndecodableNode whole ? throw new NotDecodableException(whole.Reason) : built;
        }
        catch (NotDecodableException e)
        {
            throw new UnsupportedBranchException(branch.ToString(), e.Message);
        }
    }

    /// <summary>Builds the nodes again for the version of a class that the objects have.</summary>
    private void TakeVersion(ClassVersionException found)
    {
        var info = branch.Tree.File.Streamers.Find(found.ClassName, found.Header);
        if (info is null)
            throw new UnsupportedBranchException(branch.ToString(), $"{found.Message}: not described in the file's streamer info");
        if (!versions.TryAdd(found.ClassName, info))
        {
            var versionsFound = $"{versions[found.ClassName].Version} and {info.Version}";
            throw new UnsupportedBranchException(branch.ToString(), $"{found.ClassName} in versions {versionsFound}");
        }
        var before = node.Columns;
        node = Build();
        if (position > 0 && !before.Select(c => (c.Path, c.Type)).SequenceEqual(node.Columns.Select(c => (c.Path, c.Type))))
            throw new UnsupportedBranchException(branch.ToString(), $"{found.ClassName} changes its members from entry to entry");
        foreach (var column in before)
            column.Release();
    }
}
