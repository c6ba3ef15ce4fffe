namespace DaprHep.Root;

/// <summary>Members one after the other without any header: the leaves of a leaf list, the key and value of a map.</summary>
internal sealed class TupleNode(IReadOnlyList<ValueNode> members) : ValueNode
{
    public override int MinimumBytes { get; } = (int)Math.Min(int.MaxValue, members.Sum(m => (long)m.MinimumBytes));

    public override IEnumerable<ValueColumn> Columns => members.SelectMany(m => m.Columns);

    public override void Read(ref RootCursor cursor, int count)
    {
        for (var i = 0; i < count; i++)
        {
            foreach (var member in members)
                member.ReadBare(ref cursor, 1);
        }
    }

    /// <summary>Member-wise: all keys, then all values, each row with the header of a member.</summary>
    public void ReadMemberWise(ref RootCursor cursor, int count)
    {
        foreach (var member in members)
            member.Read(ref cursor, count);
    }
}
