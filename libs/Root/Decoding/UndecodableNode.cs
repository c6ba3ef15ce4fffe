namespace DaprHep.Root;

/// <summary>A member that cannot be decoded: the object around it can be told, but not read.</summary>
internal sealed class UndecodableNode(string reason) : ValueNode
{
    public string Reason => reason;

    public override int MinimumBytes => 0;

    public override IEnumerable<ValueColumn> Columns => [];

    public override void Read(ref RootCursor cursor, int count)
    {
        if (count > 0)
            throw new NotDecodableException(reason);
    }
}
