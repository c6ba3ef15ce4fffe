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
    private readonly FlatColumn[] _columns;
    private readonly Dictionary<string, int> _indices = [];
    private readonly FlatColumn[] _largestFirst;
    private readonly IByteSource _source;
    private readonly List<ByteRange> _announced = [];
    private readonly int _threads;
    private readonly long _end;
    private readonly int _step;
    private long _next;
    private int _taken;

    internal TreeReader(RootTree tree, ReadOnlySpan<string> branches, TreeReaderOptions options)
    {
        _columns = new FlatColumn[branches.Length];
        double bytesPerEntry = 0;
        for (var i = 0; i < branches.Length; i++)
        {
            var branch = tree.Find(branches[i]);
            _columns[i] = new FlatColumn(branch);
            _indices.TryAdd(branches[i], i);
            bytesPerEntry += (double)branch.RawBytes / Math.Max(1, branch.Entries);
        }
        _largestFirst = [.. _columns.OrderByDescending(c => c.RawBytes)];
        _source = tree.File.Source;
        _threads = Math.Clamp(options.Threads, 1, Math.Max(1, _columns.Length));
        _next = Math.Max(0, options.FirstEntry);
        _end = Math.Min(options.EndEntry ?? tree.Entries, tree.Entries);
        _step = (int)Math.Clamp(options.MaxBytes / Math.Max(1, bytesPerEntry), 1, Math.Max(1, options.MaxEntries));
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
        if (_next >= _end)
            return false;
        FirstEntry = _next;
        _next = Math.Min(_end, _next + _step);
        Entries = (int)(_next - FirstEntry);
        if (_source.IsRemote)
            Announce();
        if (_threads > 1)
            FillTogether();
        else
            foreach (var column in _columns)
                column.Fill(FirstEntry, _next);
        return true;
    }

    /// <summary>The values of a branch for the current chunk.</summary>
    /// <typeparam name="T">The stored type.</typeparam>
    /// <param name="branch">The name given when the reader was made.</param>
    /// <exception cref="BranchNotFoundException">The reader does not read this branch.</exception>
    /// <exception cref="ColumnTypeException">The branch stores another type.</exception>
    public Column<T> Column<T>(string branch)
        where T : unmanaged => _indices.TryGetValue(branch, out var index)
        ? Column<T>(index)
        : throw new BranchNotFoundException("the reader", branch, _indices.Keys);

    /// <summary>The values of a branch for the current chunk.</summary>
    /// <typeparam name="T">The stored type.</typeparam>
    /// <param name="index">Place among the branches given when the reader was made.</param>
    /// <exception cref="ColumnTypeException">The branch stores another type.</exception>
    public Column<T> Column<T>(int index)
        where T : unmanaged
    {
        var column = _columns[index];
        column.Check<T>();
        return new Column<T>(column.Values<T>(), column.Offsets);
    }

    /// <summary>Gives the buffers back.</summary>
    public void Dispose()
    {
        _next = _end;
        foreach (var column in _columns)
            column.Dispose();
    }

    /// <summary>Tells a remote source of all baskets that the chunk needs, so that it fetches them together.</summary>
    private void Announce()
    {
        _announced.Clear();
        foreach (var column in _columns)
            column.Announce(FirstEntry, _next, _announced);
        _source.Prefetch(_announced);
    }

    /// <summary>Each thread takes the largest column that is left.</summary>
    private void FillTogether()
    {
        _taken = 0;
        try
        {
            Parallel.For(0, _threads, FillWhatIsLeft);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
        }
    }

    private void FillWhatIsLeft(int thread)
    {
        for (var i = Interlocked.Increment(ref _taken); i <= _largestFirst.Length; i = Interlocked.Increment(ref _taken))
            _largestFirst[i - 1].Fill(FirstEntry, _next);
    }
}
