namespace DaprHep.Root;

/// <summary>How a string is stored.</summary>
internal enum StringForm
{
    /// <summary>TString, and std::string as an item: one length byte, or 255 and four bytes of length.</summary>
    Short,

    /// <summary>char*: four bytes of length.</summary>
    Long,

    /// <summary>std::string as a member: a header of byte count and version before the row, then the short form.</summary>
    Member,
}
