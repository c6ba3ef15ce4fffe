namespace DaprHep.Root;

/// <summary>The base class TObject inside another object: its own members are not part of the values.</summary>
internal sealed class TObjectNode : ValueNode
{
    public override int MinimumBytes => 10;

    public override IEnumerable<ValueColumn> Columns => [];

    public override void Read(ref RootCursor cursor, int count)
    {
        for (var i = 0; i < count; i++)
            ObjectReader.SkipTObject(ref cursor);
    }
}
