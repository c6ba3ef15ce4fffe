namespace DaprHep.Root;

/// <summary>A fixed number of values: no column of its own, its items follow one another.</summary>
internal sealed class FixedArrayNode(int length, ValueNode item) : ValueNode
{
    public override int MinimumBytes { get; } = (int)Math.Min(int.MaxValue, (long)length * item.MinimumBytes);

    public override IEnumerable<ValueColumn> Columns => item.Columns;

    public override void Read(ref RootCursor cursor, int count) =>
        item.Read(ref cursor, cursor.CheckCount((long)count * length, Math.Max(1, item.MinimumBytes), "items"));
}
