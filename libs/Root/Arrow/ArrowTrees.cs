using System.Runtime.CompilerServices;
using Apache.Arrow;

namespace DaprHep.Root;

/// <summary>Trees as Arrow, from one file or many.</summary>
public static class ArrowTrees
{
    /// <summary>Reads branches of any supported type as Arrow record batches.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="branches">Names, paths or patterns with <c>*</c> and <c>?</c>; all readable branches if not given.</param>
    /// <param name="first">First entry.</param>
    /// <param name="end">The entry after the last; the tree's end if not given.</param>
    /// <exception cref="BranchNotFoundException">Nothing has that name or fits that pattern.</exception>
    /// <exception cref="UnsupportedBranchException">A branch asked for by its name cannot be read.</exception>
    /// <exception cref="RootFormatException">A branch is damaged.</exception>
    public static RecordBatchReader RecordBatches(
        this RootTree tree, IReadOnlyList<string>? branches = null, long first = 0, long? end = null)
    {
        var stop = end ?? tree.Entries;
        return new RecordBatchReader(BranchSelection.Of(tree, branches, stop), first, stop);
    }

    /// <summary>Reads the tree of one name in many files as Arrow record batches of one schema; one file is open at a time.</summary>
    /// <param name="files">Paths and URLs; <see cref="RootPaths.Expand"/> makes them of globs and lists.</param>
    /// <param name="tree">Path of the tree in each file.</param>
    /// <param name="branches">Names, paths or patterns with <c>*</c> and <c>?</c>; all readable branches if not given.</param>
    /// <param name="cancellation">Ends the reading between two batches.</param>
    /// <returns>Batches; each owns its memory and lies in one file.</returns>
    /// <exception cref="RootIOException">A file cannot be read.</exception>
    /// <exception cref="RootFormatException">A file is damaged.</exception>
    /// <exception cref="RootKeyNotFoundException">A file has no such tree.</exception>
    /// <exception cref="BranchNotFoundException">Nothing has that name or fits that pattern.</exception>
    /// <exception cref="UnsupportedBranchException">
    /// A branch asked for by its name cannot be read, or the branches of a file have other names or types than those of the first.
    /// </exception>
    public static async IAsyncEnumerable<RecordBatch> Read(
        IEnumerable<string> files,
        string tree,
        IReadOnlyList<string>? branches = null,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        Schema? schema = null;
        foreach (var name in files)
        {
            using var file = await Task.Run(() => RootFile.Open(name), cancellation);
            using var reader = await Task.Run(() => file.Tree(tree).RecordBatches(branches), cancellation);
            schema ??= reader.Schema;
            CheckSame(schema, reader.Schema, $"{name}: tree '{tree}'");
            while (await Task.Run(reader.Next, cancellation) is { } batch)
                yield return batch;
        }
    }

    private static void CheckSame(Schema first, Schema other, string where)
    {
        var (expected, found) = (Describe(first), Describe(other));
        if (!expected.SequenceEqual(found))
        {
            throw new UnsupportedBranchException(
                where,
                "its branches are not those of the first file: "
                + string.Join(", ", found.Except(expected).Concat(expected.Except(found)).Take(5)));
        }
    }

    private static List<string> Describe(Schema schema) =>
        [.. schema.FieldsList.Select(f => $"{f.Name}: {ArrowTypes.Describe(f.DataType)}")];
}
