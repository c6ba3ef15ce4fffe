using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using CommunityToolkit.HighPerformance;

namespace DaprHep.Data.Events;

/// <summary>An Arrow IPC file with the event schema, read in place: the tables are views of the bytes given, unless these are compressed.</summary>
public static class EventFile
{
    private static ReadOnlySpan<byte> Magic => "ARROW1"u8;

    /// <summary>The record batches of the file as tables, valid as long as <paramref name="content"/> is.</summary>
    /// <param name="name">What to call the file in an error.</param>
    /// <param name="content">The whole file.</param>
    /// <exception cref="EventDataException">The file is not an event file.</exception>
    public static IEnumerable<EventTable> Read(string name, ReadOnlyMemory<byte> content)
    {
        using ArrowStreamReader reader = Open(name, content);
        for (int batch = 0; ; batch++)
        {
            RecordBatch? next = NextBatch(name, reader, batch);
            if (next is null)
                yield break;
            if (next.Length > 0)
                yield return TableOf(name, batch, next);
        }
    }

    /// <summary>Names of the high-level features and of the particle columns, as the file's field metadata give them.</summary>
    /// <param name="name">What to call the file in an error.</param>
    /// <param name="content">The whole file.</param>
    /// <exception cref="EventDataException">The file is not an event file.</exception>
    public static (IReadOnlyList<string> Features, IReadOnlyList<string> Particles) NamesOf(string name, ReadOnlyMemory<byte> content)
    {
        using ArrowStreamReader reader = Open(name, content);
        Schema schema;
        try
        {
            schema = reader.Schema;
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            throw new EventDataException(name, $"its schema can't be read: {e.Message}", e);
        }
        return (ListOf(EventSchema.Hlf, EventSchema.Features), ListOf(EventSchema.Particles, EventSchema.ParticleColumns));

        string[] ListOf(string column, int count)
        {
            Field? field = schema.FieldsList.FirstOrDefault(field => field.Name == column);
            string[] names = field?.Metadata?.GetValueOrDefault(EventSchema.Names)?.Split(' ') ?? [];
            return names.Length == count
                ? names
                : throw new EventDataException(name, $"column '{column}': expected field metadata '{EventSchema.Names}' with {count} names, found {names.Length}");
        }
    }

    // An IPC file is a stream with a magic word and padding before it, and a footer and the word after it. Read as a stream, its arrays
    // are views of the bytes; the word at the end says that the file is whole.
    private static ArrowStreamReader Open(string name, ReadOnlyMemory<byte> content)
    {
        ReadOnlySpan<byte> bytes = content.Span;
        if (bytes.Length < 8 || !bytes.StartsWith(Magic))
            throw new EventDataException(name, "not an Arrow IPC file: it does not begin with ARROW1");
        if (!bytes.EndsWith(Magic))
            throw new EventDataException(name, $"cut short: its {bytes.Length:N0} bytes do not end with ARROW1");
        return new ArrowStreamReader(content[8..], EventCompression.Codecs);
    }

    private static RecordBatch? NextBatch(string name, ArrowStreamReader reader, int batch)
    {
        try
        {
            return reader.ReadNextRecordBatch();
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            throw new EventDataException(name, $"record batch {batch} can't be read: {e.Message}", e);
        }
    }

    private static EventTable TableOf(string name, int batch, RecordBatch rows)
    {
        var ids = Column<UInt64Array>(name, rows, EventSchema.Event);
        var labels = Column<Int8Array>(name, rows, EventSchema.Label);
        var hlf = Column<FixedSizeListArray>(name, rows, EventSchema.Hlf);
        var particles = Column<ListArray>(name, rows, EventSchema.Particles);
        ReadOnlyMemory<float> features = FloatsOf(name, EventSchema.Hlf, hlf, EventSchema.Features);
        if (particles.Values is not FixedSizeListArray particleRows)
            throw new EventDataException(name, $"column '{EventSchema.Particles}': expected lists of fixed-size lists of float32");
        ReadOnlyMemory<float> particleValues = FloatsOf(name, EventSchema.Particles, particleRows, EventSchema.ParticleColumns);

        int count = rows.Length;
        ReadOnlyMemory<int> offsets = particles.ValueOffsetsBuffer.Memory.Cast<byte, int>().Slice(particles.Offset, count + 1);
        CheckOffsets(name, batch, offsets.Span, particleRows.Length);
        return new EventTable(
            ids.ValueBuffer.Memory.Cast<byte, ulong>().Slice(ids.Offset, count),
            labels.ValueBuffer.Memory.Cast<byte, sbyte>().Slice(labels.Offset, count),
            features,
            offsets,
            particleValues)
        {
            Padding = rows.Schema.GetFieldIndex(EventSchema.Padding) < 0 ? default : PaddingOf(name, rows),
        };
    }

    private static ReadOnlyMemory<int> PaddingOf(string name, RecordBatch rows)
    {
        var padding = Column<Int32Array>(name, rows, EventSchema.Padding);
        return padding.ValueBuffer.Memory.Cast<byte, int>().Slice(padding.Offset, rows.Length);
    }

    private static TArray Column<TArray>(string name, RecordBatch rows, string column)
        where TArray : class, IArrowArray
    {
        int index = rows.Schema.GetFieldIndex(column);
        if (index < 0)
            throw new EventDataException(name, $"column '{column}' is missing; columns are {string.Join(", ", rows.Schema.FieldsList.Select(f => f.Name))}");
        IArrowArray array = rows.Column(index);
        if (array is not TArray typed)
            throw new EventDataException(name, $"column '{column}': expected {typeof(TArray).Name}, found {array.Data.DataType.Name}");
        if (array.NullCount != 0)
            throw new EventDataException(name, $"column '{column}': {array.NullCount} nulls; expected none");
        return typed;
    }

    private static ReadOnlyMemory<float> FloatsOf(string name, string column, FixedSizeListArray list, int width)
    {
        if (((FixedSizeListType)list.Data.DataType).ListSize != width || list.Values is not FloatArray values)
            throw new EventDataException(name, $"column '{column}': expected fixed-size lists of {width} float32, found {list.Data.DataType.Name}");
        return values.ValueBuffer.Memory.Cast<byte, float>().Slice(values.Offset + list.Offset * width, list.Length * width);
    }

    private static void CheckOffsets(string name, int batch, ReadOnlySpan<int> offsets, int particleRows)
    {
        int previous = 0;
        for (int i = 0; i < offsets.Length; i++)
        {
            if (offsets[i] < previous || offsets[i] > particleRows)
            {
                string column = $"record batch {batch}: offset {i} of column '{EventSchema.Particles}'";
                throw new EventDataException(name, $"{column} is {offsets[i]}; expected {previous} to {particleRows}");
            }
            previous = offsets[i];
        }
    }
}
