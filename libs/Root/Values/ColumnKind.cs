namespace DaprHep.Root;

/// <summary>What a column of a branch holds.</summary>
public enum ColumnKind
{
    /// <summary>The lengths of lists, one after the other.</summary>
    Counts,

    /// <summary>Numbers.</summary>
    Numbers,

    /// <summary>Strings: bytes and lengths.</summary>
    Strings,
}
