namespace DaprHep.Root;

/// <summary>An entry of a directory: names one stored object and says where its record lies.</summary>
public sealed class RootKey
{
    internal RootKey(KeyHeader header, string path)
    {
        Header = header;
        Path = path;
    }

    /// <summary>Directories and name, joined with '/'.</summary>
    public string Path { get; }

    /// <summary>The name, without directories.</summary>
    public string Name => Header.Name;

    /// <summary>Version of the object under this name; the highest is the newest.</summary>
    public int Cycle => Header.Cycle;

    /// <summary>The object's C++ class.</summary>
    public string ClassName => Header.ClassName;

    /// <summary>The object's title.</summary>
    public string Title => Header.Title;

    /// <summary>Bytes of the record in the file, key included, compressed.</summary>
    public int Bytes => Header.Extent.Bytes;

    /// <summary>Bytes of the object when inflated.</summary>
    public int ObjectLength => Header.Extent.ObjectLength;

    /// <summary>Position of the record in the file.</summary>
    public long Seek => Header.Extent.Seek;

    internal KeyHeader Header { get; }

    /// <summary>True for TTree and its subclasses without data of their own.</summary>
    public bool IsTree => ClassName is "TTree" or "TNtuple" or "TNtupleD" or "TChain";

    /// <inheritdoc/>
    public override string ToString() => $"{Path};{Cycle} ({ClassName})";
}
