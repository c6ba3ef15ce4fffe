namespace DaprHep.Root;

/// <summary>An object that fills a branch on its own: its members without the header of an object.</summary>
internal sealed class MembersNode(RecordNode record) : ValueNode
{
    public override int MinimumBytes => 0;

    public override IEnumerable<ValueColumn> Columns => record.Columns;

    public override void Read(ref RootCursor cursor, int count)
    {
        for (var i = 0; i < count; i++)
            record.ReadMembers(ref cursor);
    }
}
