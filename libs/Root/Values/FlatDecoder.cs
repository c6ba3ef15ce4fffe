namespace DaprHep.Root;

/// <summary>Columns of a branch of plain numbers, by way of <see cref="FlatColumn"/>.</summary>
internal sealed class FlatDecoder : IChunkDecoder
{
    private readonly FlatColumn _column;
    private readonly int _items;
    private readonly ValueColumn? _counts;
    private readonly ValueColumn _values;

    public FlatDecoder(RootBranch branch)
    {
        _column = new FlatColumn(branch);
        var layout = branch.Layout;
        _items = layout.Items;
        var dimensions = string.Concat(LeafDimensions.Of(branch.Record.Leaves[0]).Select(d => $"[{d}]"));
        if (_items == 1)
            dimensions = "";
        if (layout.Jagged)
            _counts = new ValueColumn("", ColumnKind.Counts, DataType.Int32);
        _values = new ValueColumn((layout.Jagged ? "[]" : "") + dimensions, ColumnKind.Numbers, layout.Type!.Value);
        Columns = _counts is null ? [_values] : [_counts, _values];
    }

    public IReadOnlyList<ValueColumn> Columns { get; }

    public void Fill(long first, long end)
    {
        _column.Fill(first, end);
        _values.Clear();
        _column.Values<byte>().CopyTo(_values.AddBytes(_column.Values<byte>().Length));
        if (_counts is null)
            return;
        _counts.Clear();
        var offsets = _column.Offsets;
        for (var i = 0; i + 1 < offsets.Length; i++)
            _counts.AddLength((offsets[i + 1] - offsets[i]) / _items);
    }

    public void Dispose()
    {
        _column.Dispose();
        _values.Release();
        _counts?.Release();
    }
}
