namespace DaprHep.Root;

/// <summary>Columns of a branch of plain numbers, by way of <see cref="FlatColumn"/>.</summary>
internal sealed class FlatDecoder : IChunkDecoder
{
    private readonly FlatColumn column;
    private readonly int items;
    private readonly ValueColumn? counts;
    private readonly ValueColumn values;

    public FlatDecoder(RootBranch branch)
    {
        column = new FlatColumn(branch);
        var layout = branch.Layout;
        items = layout.Items;
        var dimensions = string.Concat(LeafDimensions.Of(branch.Record.Leaves[0]).Select(d => $"[{d}]"));
        if (items == 1)
            dimensions = "";
        if (layout.Jagged)
            counts = new ValueColumn("", ColumnKind.Counts, DataType.Int32);
        values = new ValueColumn((layout.Jagged ? "[]" : "") + dimensions, ColumnKind.Numbers, layout.Type!.Value);
        Columns = counts is null ? [values] : [counts, values];
    }

    public IReadOnlyList<ValueColumn> Columns { get; }

    public void Fill(long first, long end)
    {
        column.Fill(first, end);
        values.Clear();
        column.Values<byte>().CopyTo(values.AddBytes(column.Values<byte>().Length));
        if (counts is null)
            return;
        counts.Clear();
        var offsets = column.Offsets;
        for (var i = 0; i + 1 < offsets.Length; i++)
            counts.AddLength((offsets[i + 1] - offsets[i]) / items);
    }

    public void Dispose()
    {
        column.Dispose();
        values.Release();
        counts?.Release();
    }
}
