namespace DaprHep.Root;

/// <summary>Columns of a branch of objects, collections, strings or other values, by way of <see cref="ValueNode"/>s.</summary>
internal sealed class NodeDecoder : IChunkDecoder
{
    private readonly RootBranch _branch;
    private readonly BasketBuffer _basket;
    private readonly FlatColumn? _counter;
    private readonly FlatColumn? _arrayCounter;
    private readonly CountQueue _arrayCounts = new();
    private readonly Dictionary<string, StreamerInfo> _versions = [];
    private BranchNode _node;
    private int _position;

    public NodeDecoder(RootBranch branch)
    {
        _branch = branch;
        _node = Build();
        _basket = new BasketBuffer(branch);
        if (_node.Counts is null)
            return;
        if (branch.Counter is not { Layout: { Jagged: false, Items: 1 } })
            throw new UnsupportedBranchException(branch.ToString(), "the branch that counts its items does not hold numbers");
        _counter = new FlatColumn(branch.Counter);
        if (_node.ArrayCounter is not null)
            _arrayCounter = new FlatColumn(_node.ArrayCounter);
    }

    public IReadOnlyList<ValueColumn> Columns => _node.Columns;

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
                throw new UnsupportedBranchException(_branch.ToString(), e.Message);
            }
        }
    }

    public void Dispose()
    {
        _basket.Dispose();
        _counter?.Dispose();
        _arrayCounter?.Dispose();
        foreach (var column in _node.Columns)
            column.Release();
    }

    private void FillOnce(long first, long end)
    {
        foreach (var column in _node.Columns)
            column.Clear();
        _counter?.Fill(first, end);
        if (_arrayCounter is not null && _node.Value is CountedArrayNode arrays)
        {
            _arrayCounter.Fill(first, end);
            _arrayCounts.Fill(_arrayCounter, _arrayCounter.Offsets[^1]);
            arrays.Queue = _arrayCounts;
        }
        for (var at = first; at < end; at++)
        {
            if (_basket.Index < 0 || at < _basket.Location.FirstEntry || at >= _basket.Location.EndEntry)
                Load(_branch.Index.Find(at, _basket.Index));
            var count = 1L;
            if (_counter is not null)
            {
                count = _counter.CountAt((int)(at - first));
                if (count < 0 || count > _basket.Content.Length + 1L)
                    throw _basket.Where.Error(-1, $"at most {_basket.Content.Length} items in entry {at}", $"{count}");
                _node.Counts!.AddLength((int)count);
            }
            ReadEntry((int)(at - _basket.Location.FirstEntry), (int)count);
        }
    }

    private void Load(int index)
    {
        _basket.Load(index);
        _position = 0;
        var least = (long)_basket.Entries * Math.Max(1, _node.Value.MinimumBytes);
        if (!_basket.HasOffsets && _counter is null && least > _basket.Content.Length)
        {
            throw _basket.Where.Error(
                -1, $"{_basket.Entries} entries of at least {_node.Value.MinimumBytes} bytes", $"{_basket.Content.Length} bytes");
        }
    }

    private void ReadEntry(int entry, int count)
    {
        if (!_basket.HasOffsets)
        {
            // Entries of one size follow one another; going back means to start over.
            if (entry == 0)
                _position = 0;
            var rest = new RootCursor(_basket.Content[_position..], _basket.Where, _position);
            _node.Value.Read(ref rest, count);
            _position += rest.Position;
            return;
        }
        var start = _basket.Offsets[entry];
        var bytes = _basket.Offsets[entry + 1] - start;
        var cursor = new RootCursor(_basket.Content.Slice(start, bytes), _basket.Where, start);
        if (count == 0 && _node.Counts is not null && bytes == 0)
            return;
        _node.Value.Read(ref cursor, count);
        if (cursor.Remaining != 0)
            cursor.Throw($"entry {entry} of the basket to end", $"{cursor.Remaining} more bytes");
    }

    private BranchNode Build()
    {
        try
        {
            var built = BranchNode.Build(_branch, _versions);
            return built.Value is UndecodableNode whole ? throw new NotDecodableException(whole.Reason) : built;
        }
        catch (NotDecodableException e)
        {
            throw new UnsupportedBranchException(_branch.ToString(), e.Message);
        }
    }

    /// <summary>Builds the nodes again for the version of a class that the objects have.</summary>
    private void TakeVersion(ClassVersionException found)
    {
        var info = _branch.Tree.File.Streamers.Find(found.ClassName, found.Header);
        if (info is null)
            throw new UnsupportedBranchException(_branch.ToString(), $"{found.Message}: not described in the file's streamer info");
        if (!_versions.TryAdd(found.ClassName, info))
        {
            var versionsFound = $"{_versions[found.ClassName].Version} and {info.Version}";
            throw new UnsupportedBranchException(_branch.ToString(), $"{found.ClassName} in versions {versionsFound}");
        }
        var before = _node.Columns;
        _node = Build();
        if (_position > 0 && !before.Select(c => (c.Path, c.Type)).SequenceEqual(_node.Columns.Select(c => (c.Path, c.Type))))
            throw new UnsupportedBranchException(_branch.ToString(), $"{found.ClassName} changes its members from entry to entry");
        foreach (var column in before)
            column.Release();
    }
}
