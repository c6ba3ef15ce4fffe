namespace DaprHep.Root;

/// <summary>Finds the member of a class that a branch of a split object holds.</summary>
internal static class BranchElement
{
    /// <summary>The member that the branch holds: by its number in the class, checked by name.</summary>
    public static StreamerElement? Find(RootBranch branch)
    {
        var record = branch.Record;
        var streamers = branch.Tree.File.Streamers;
        var info = streamers.Find(record.ClassName, new ObjectHeader(0, 0, record.Checksum))
            ?? streamers.Find(record.ClassName, record.ClassVersion)
            ?? streamers.Newest(record.ClassName)
            ?? BuiltInStreamers.Find(record.ClassName, record.ClassVersion);
        if (info is null)
            return null;
        var name = record.Name.TrimEnd('.');
        var bracket = name.IndexOf('[', StringComparison.Ordinal);
        if (bracket > 0)
            name = name[..bracket];
        var byNumber = (uint)record.Id < (uint)info.Elements.Count ? info.Elements[record.Id] : null;
        if (byNumber is not null && IsTail(byNumber.Name))
            return byNumber;
        return info.Elements.FirstOrDefault(e => IsTail(e.Name)) ?? byNumber;

        bool IsTail(string member) => name == member || name.EndsWith("." + member, StringComparison.Ordinal);
    }

    /// <summary>The branch beside this one that holds the member which counts this one's arrays.</summary>
    /// <exception cref="NotDecodableException">There is none.</exception>
    public static RootBranch CounterOf(RootBranch branch)
    {
        if (Find(branch) is { CountName.Length: > 0 } element && branch.Parent is not null)
        {
            var name = branch.Name;
            var at = name.LastIndexOf(element.Name, StringComparison.Ordinal);
            var wanted = at < 0 ? element.CountName : name[..at] + element.CountName;
            if (branch.Parent.Branches.FirstOrDefault(b => b.Name == wanted) is { Layout.Type: not null } counter)
                return counter;
        }
        throw new NotDecodableException("no branch holds the lengths of its arrays");
    }
}
