using System.Runtime.CompilerServices;

namespace DaprHep.Root;

/// <summary>Goes through the same tree of several files.</summary>
public static class TreeChunks
{
    /// <summary>Reads branches of plain numbers chunk by chunk, file after file; one file is open at a time.</summary>
    /// <param name="files">Paths and URLs; <see cref="RootPaths.Expand"/> makes them of globs and lists.</param>
    /// <param name="tree">Path of the tree in each file.</param>
    /// <param name="branches">Paths or names of the branches.</param>
    /// <param name="options">Bounds of a chunk, and the entries of each file.</param>
    /// <param name="cancellation">Stops between two chunks.</param>
    /// <exception cref="RootException">A file cannot be read, or lacks the tree or a branch; the message names it.</exception>
    public static async IAsyncEnumerable<TreeChunk> Read(
        IEnumerable<string> files,
        string tree,
        IReadOnlyList<string> branches,
        TreeReaderOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        foreach (var name in files)
        {
            using var file = await Task.Run(() => RootFile.Open(name), cancellation);
            using var reader = await Task.Run(() => file.Tree(tree).Reader(branches, options), cancellation);
            var chunk = new TreeChunk(name, reader);
            while (await Task.Run(reader.Next, cancellation))
                yield return chunk;
        }
    }
}
