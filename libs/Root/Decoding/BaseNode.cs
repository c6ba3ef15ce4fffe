namespace DaprHep.Root;

/// <summary>
/// A base class that fills a branch on its own: with the header of an object where its class writes itself, else its members,
/// member-wise. A byte count that fits tells the two apart.
/// </summary>
internal sealed class BaseNode(RecordNode record) : ValueNode
{
    public override int MinimumBytes => 0;

    public override IEnumerable<ValueColumn> Columns => record.Columns;

    public override void Read(ref RootCursor cursor, int count)
    {
        if (cursor.Remaining >= 4 && (uint)cursor.PeekInt32() is var first
            && (first & RootCursor.ByteCountMask) != 0 && (first & ~RootCursor.ByteCountMask) <= (uint)cursor.Remaining - 4)
        {
            record.Read(ref cursor, count);
        }
        else
        {
            record.ReadMemberWise(ref cursor, count);
        }
    }
}
