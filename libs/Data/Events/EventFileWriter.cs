using Apache.Arrow;
using Apache.Arrow.Ipc;
using CommunityToolkit.HighPerformance;

namespace DaprHep.Data.Events;

/// <summary>Writes event tables as the record batches of one Arrow IPC file; the buffers go to the stream as they are, or compressed.</summary>
public sealed class EventFileWriter : IDisposable
{
    private readonly ArrowFileWriter _writer;
    private readonly Schema _schema;
    private int _batches;

    /// <summary>Starts a file.</summary>
    /// <param name="stream">Where it goes; left open.</param>
    /// <param name="schema">From <see cref="EventSchema.Create"/>.</param>
    /// <param name="compression">One of <see cref="EventCompression.Names"/>; null to write the buffers as they are.</param>
    public EventFileWriter(Stream stream, Schema schema, string? compression = null)
    {
        _schema = schema;
        _writer = new ArrowFileWriter(stream, schema, leaveOpen: true, EventCompression.OptionsFor(compression));
        _writer.WriteStart();
    }

    /// <summary>Events written so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Writes one record batch. The table's buffers may be used again when this returns.</summary>
    public void Write(in EventTable table)
    {
        if (table.Count > 0)
            WriteBatch(table);
    }

    /// <summary>Writes the footer; the file is complete after it.</summary>
    public void Finish()
    {
        // Not every writer puts the schema into a file without batches, and not every reader opens such a file.
        if (_batches == 0)
            WriteBatch(new EventTable(default, default, default, new int[1], default));
        _writer.WriteEnd();
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    private void WriteBatch(in EventTable table)
    {
        int rows = table.Count;
        int particleRows = table.Offsets.Span[rows];
        var hlf = new FixedSizeListArray(
            EventSchema.HlfList, rows, Floats(table.Hlf[..(rows * EventSchema.Features)]), ArrowBuffer.Empty);
        var particleRow = new FixedSizeListArray(
            EventSchema.ParticleRow, particleRows, Floats(table.Particles[..(particleRows * EventSchema.ParticleColumns)]), ArrowBuffer.Empty);
        var particles = new ListArray(
            EventSchema.ParticleList, rows, new ArrowBuffer(table.Offsets[..(rows + 1)].AsBytes()), particleRow, ArrowBuffer.Empty);
        List<IArrowArray> columns =
        [
            new UInt64Array(new ArrowBuffer(table.Ids.AsBytes()), ArrowBuffer.Empty, rows, 0, 0),
            new Int8Array(new ArrowBuffer(table.Labels.AsBytes()), ArrowBuffer.Empty, rows, 0, 0),
            hlf,
            particles,
        ];
        if (_schema.GetFieldIndex(EventSchema.Padding) >= 0)
            columns.Add(new Int32Array(new ArrowBuffer(table.Padding[..rows].AsBytes()), ArrowBuffer.Empty, rows, 0, 0));
        // The batch is not disposed: its buffers are the caller's.
        _writer.WriteRecordBatch(new RecordBatch(_schema, columns, rows));
        Rows += rows;
        _batches++;
    }

    private static FloatArray Floats(ReadOnlyMemory<float> values) =>
        new(new ArrowBuffer(values.AsBytes()), ArrowBuffer.Empty, values.Length, 0, 0);
}
