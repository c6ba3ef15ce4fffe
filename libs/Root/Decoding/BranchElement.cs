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
}
