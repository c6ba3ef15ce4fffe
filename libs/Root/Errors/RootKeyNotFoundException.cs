namespace DaprHep.Root;

/// <summary>No tree of that path in the file.</summary>
public sealed class RootKeyNotFoundException : RootException
{
    /// <summary>Creates the error.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">The path asked for.</param>
    /// <param name="trees">The paths of the trees that the file has.</param>
    public RootKeyNotFoundException(string file, string path, IReadOnlyList<string> trees)
        : base($"{file}: no tree '{path}'; " + (trees.Count == 0 ? "the file has no trees" : "trees there: " + string.Join(", ", trees)))
    {
        Path = path;
        Trees = trees;
    }

    /// <summary>The path asked for.</summary>
    public string Path { get; }

    /// <summary>The paths of the trees that the file has.</summary>
    public IReadOnlyList<string> Trees { get; }
}
