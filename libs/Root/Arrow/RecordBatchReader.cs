using Apache.Arrow;

namespace DaprHep.Root;

/// <summary>
/// Goes through branches of any supported type and gives their entries as Arrow record batches, one row an entry: lists as list,
/// fixed arrays as fixed_size_list, objects as struct, numbers and truth values as their primitives, strings as utf8. A batch owns
/// its memory and stays valid; its size is chosen so that the values of all branches together take about 4 MB.
/// </summary>
/// <example><code>
/// using var reader = file.Tree("Delphes").RecordBatches(["Jet.*", "MissingET.MET"]);
/// using var writer = new ArrowFileWriter(stream, reader.Schema);
/// while (reader.Next() is { } batch)
///     writer.WriteRecordBatch(batch);
/// writer.WriteEnd();
/// </code></example>
public sealed class RecordBatchReader : IDisposable
{
    private readonly List<ArrowColumn> _columns = [];
    private bool _started;

    /// <summary>Begins at an entry.</summary>
    /// <param name="selection">The branches.</param>
    /// <param name="first">First entry.</param>
    /// <param name="end">The entry after the last; at most the entries of each branch.</param>
    /// <exception cref="UnsupportedBranchException">A branch turns out to be of a kind that is not decoded.</exception>
    /// <exception cref="RootFormatException">A branch is damaged.</exception>
    public RecordBatchReader(BranchSelection selection, long first, long end)
    {
        try
        {
            foreach (var branch in selection.Branches)
                _columns.Add(new ArrowColumn(branch, first, end, selection.EntriesAChunk));
        }
        catch
        {
            Dispose();
            throw;
        }
        Schema = new Schema(_columns.Select(c => c.Field), null);
    }

    /// <summary>One field a branch, named as in the selection.</summary>
    public Schema Schema { get; }

    /// <summary>Reads the next batch.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="RootFormatException">A branch's data are damaged.</exception>
    /// <exception cref="UnsupportedBranchException">A branch's values are of a kind that is not decoded, or change their type.</exception>
    public RecordBatch? Next()
    {
        if (_started)
        {
            foreach (var column in _columns)
            {
                if (!column.Next())
                    return null;
            }
        }
        _started = true;
        var rows = _columns.Count == 0 ? 0 : _columns[0].Entries;
        return rows == 0 ? null : new RecordBatch(Schema, _columns.Select(c => c.Build()).ToList(), rows);
    }

    /// <summary>Gives the buffers back.</summary>
    public void Dispose()
    {
        foreach (var column in _columns)
            column.Dispose();
    }
}
