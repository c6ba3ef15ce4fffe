using System.Runtime.ExceptionServices;

namespace DaprHep.Root;

/// <summary>
/// Goes through a tree in chunks of entries and holds the values of the chosen branches for the current one. Buffers are
/// reused: in the steady state nothing is allocated, and one chunk plus one basket of each branch are in memory.
/// </summary>
/// <example><code>
/// using var reader = tree.Reader("Jet.PT", "Jet.Eta");
/// while (reader.Next())
///     for (var i = 0; i &lt; reader.Entries; i++)
///         Use(reader.FirstEntry + i, reader.Column&lt;float&gt;(0)[i], reader.Column&lt;float&gt;(1)[i]);
/// </code></example>
public sealed class TreeReader : IDisposable
{
    private readonly FlatColumn[] columns;
    private readonly Dictionary<string, int> indices = [];
    private readonly FlatColumn[] largestFirst;
    private readonly IByteSource source;
    private readonly List<ByteRange> announced = [];
    private readonly int threads;
    private readonly long end;
    private readonly int step;
    private long next;
    private int taken;

    internal TreeReader(RootTree tree, ReadOnlySpan<string> branches, TreeReaderOptions options)
    {
        columns = new FlatColumn[branches.Length];
        double bytesPerEntry = 0;
        for (var i = 0; i < branches.Length; i++)
        {
            var branch = tree.Find(branches[i]);
            columns[i] = new FlatColumn(branch);
            indices.TryAdd(branches[i], i);
            bytesPerEntry += (double)branch.RawBytes / Math.Max(1, branch.Entries);
        }
        largestFirst = [.. columns.OrderByDescending(c => c.RawBytes)];
        source = tree.File.Source;
        threads = Math.Clamp(options.Threads, 1, Math.Max(1, columns.Length));
        next = Math.Max(0, options.FirstEntry);
        end = Math.Min(options.EndEntry ?? tree.Entries, tree.Entries);
        step = (int)Math.Clamp(options.MaxBytes / Math.Max(1, bytesPerEntry), 1, Math.Max(1, options.MaxEntries));
    }

    /// <summary>The chunk's first entry in the tree.</summary>
    public long FirstEntry { get; private set; }

    /// <summary>Entries of the chunk.</summary>
    public int Entries { get; private set; }

    /// <summary>Goes to the next chunk.</summary>
    /// <returns>False when there is none.</returns>
    /// <exception cref="RootFormatException">A basket is damaged.</exception>
    /// <exception cref="RootIOException">The file cannot be read.</exception>
    public bool Next()
    {
        if (next >= end)
            return false;
        FirstEntry = next;
        next = Math.Min(end, next + step);
        Entries = (int)(next - FirstEntry);
        if (source.IsRemote)
            Announce();
        if (threads > 1)
            FillTogether();
        else
            foreach (var column in columns)
                column.Fill(FirstEntry, next);
        return true;
    }

    /// <summary>The values of a branch for the current chunk.</summary>
    /// <typeparam name="T">The stored type.</typeparam>
    /// <param name="branch">The name given when the reader was made.</param>
    /// <exception cref="BranchNotFoundException">The reader does not read this branch.</exception>
    /// <exception cref="ColumnTypeException">The branch stores another type.</exception>
    public Column<T> Column<T>(string branch)
        where T : unmanaged => indices.TryGetValue(branch, out var index)
        ? Column<T>(index)
        : throw new BranchNotFoundException("the reader", branch, indices.Keys);

    /// <summary>The values of a branch for the current chunk.</summary>
    /// <typeparam name="T">The stored type.</typeparam>
    /// <param name="index">Place among the branches given when the reader was made.</param>
    /// <exception cref="ColumnTypeException">The branch stores another type.</exception>
    public Column<T> Column<T>(int index)
        where T : unmanaged
    {
        var column = columns[index];
        column.Check<T>();
        return new Column<T>(column.Values<T>(), column.Offsets);
    }

    /// <summary>Gives the buffers back.</summary>
    public void Dispose()
    {
        next = end;
        foreach (var column in columns)
            column.Dispose();
    }

    /// <summary>Tells a remote source of all baskets that the chunk needs, so that it fetches them together.</summary>
    private void Announce()
    {
        announced.Clear();
        foreach (var column in columns)
            column.Announce(FirstEntry, next, announced);
        source.Prefetch(announced);
    }

    /// <summary>Each thread takes the largest column that is left.</summary>
    private void FillTogether()
    {
        taken = 0;
        try
        {
            Parallel.For(0, threads, FillWhatIsLeft);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
        }
    }

    private void FillWhatIsLeft(int thread)
    {
        for (var i = Interlocked.Increment(ref taken); i <= largestFirst.Length; i = Interlocked.Increment(ref taken))
            largestFirst[i - 1].Fill(FirstEntry, next);
    }
}
