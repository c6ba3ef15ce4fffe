namespace DaprHep.Root;

/// <summary>An object: its bases and members one after the other, behind a header with version and byte count.</summary>
/// <param name="info">The layout that the members follow.</param>
/// <param name="members">Bases and members in order.</param>
/// <param name="isBase">True for a base class, which has no header of its own in objects stored member-wise.</param>
internal sealed class RecordNode(StreamerInfo info, IReadOnlyList<ValueNode> members, bool isBase) : ValueNode
{
    private const int HeaderBytes = 2;

    private bool IsBase { get; } = isBase;

    public override int MinimumBytes { get; } =
        (int)Math.Min(int.MaxValue, members.Sum(m => (long)m.MinimumBytes) + HeaderBytes);

    public override IEnumerable<ValueColumn> Columns => members.SelectMany(m => m.Columns);

    public override void Read(ref RootCursor cursor, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var header = cursor.ReadObjectHeader();
            // Four bytes after version 0 are a checksum only for a class without version; a class may also be of version 0.
            if (header is { Version: 0, Checksum: not 0 } && info.Version == 0 && header.Checksum != info.Checksum)
                cursor.Position -= 4;
            else
                Check(header);
            ReadMembers(ref cursor);
            if (header.End >= 0 && cursor.Position != header.End)
                cursor.Throw($"{info.ClassName} to end at {header.End}", $"its members end at {cursor.Position}");
        }
    }

    /// <summary>The members of one object, without its header.</summary>
    public void ReadMembers(ref RootCursor cursor)
    {
        foreach (var member in members)
            member.Read(ref cursor, 1);
    }

    /// <summary>Member-wise: the first member of all objects, then the second of all, and so on.</summary>
    public void ReadMemberWise(ref RootCursor cursor, int count)
    {
        foreach (var member in members)
        {
            if (member is RecordNode { IsBase: true } parent)
                parent.ReadMemberWise(ref cursor, count);
            else
                member.Read(ref cursor, count);
        }
    }

    /// <summary>Throws if objects have another version of the class than the members describe.</summary>
    public void Check(ObjectHeader header)
    {
        if (header.Version != info.Version && !(header.Version <= 0 && header.Checksum == info.Checksum))
            throw new ClassVersionException(info.ClassName, header);
    }
}
