namespace DaprHep.Root;

/// <summary>The C++ type of a branch's values, for people.</summary>
internal static class BranchTypeName
{
    public static string Of(RootBranch branch)
    {
        var record = branch.Record;
        if (record.StreamedClass != "TBranchElement")
        {
            return record.Leaves.Count == 1
                ? OfLeaf(record.Leaves[0])
                : $"struct {{ {string.Concat(record.Leaves.Select(l => $"{OfLeaf(l)} {l.Name}; "))}}}";
        }
        return record.Type switch
        {
            3 => $"TClonesArray of {record.ClonesName}",
            4 => record.ClassName.Length > 0 && record.Id < 0 ? record.ClassName : OfMember(branch),
            31 or 41 => OfMember(branch) + "[]",
            _ => record.Id < 0 ? record.ClassName : OfMember(branch),
        };
    }

    private static string OfMember(RootBranch branch)
    {
        var record = branch.Record;
        if (BranchElement.Find(branch) is not { } element)
            return record.ClassName;
        var name = element.Type switch
        {
            ElementType.Base or ElementType.TObject or ElementType.TNamed => element.Name,
            _ => element.TypeName,
        };
        return element.ArrayLength > 0 ? name + string.Concat(element.FixedDimensions.Select(d => $"[{d}]")) : name;
    }

    private static string OfLeaf(LeafRecord leaf)
    {
        var name = leaf.StreamedClass switch
        {
            "TLeafC" => "char*",
            "TLeafF16" => "Float16_t",
            "TLeafD32" => "Double32_t",
            "TLeafObject" => leaf.Name,
            _ when DataTypes.OfLeaf(leaf) is { } type => CppName(type),
            _ => leaf.StreamedClass,
        };
        if (leaf.StreamedClass == "TLeafC")
            return name;
        return name + (leaf.Counter is null ? "" : "[]") + string.Concat(LeafDimensions.Of(leaf).Select(d => $"[{d}]"));
    }

    private static string CppName(DataType type) => type switch
    {
        DataType.Float32 => "float",
        DataType.Float64 => "double",
        DataType.Bool => "bool",
        _ => type.ToString().ToLowerInvariant() + "_t",
    };
}
