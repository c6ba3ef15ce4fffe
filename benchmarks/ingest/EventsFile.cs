using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using DaprHep.Physics;

namespace DaprHep.Benchmarks.Ingest;

/// <summary>Writes an Arrow file of the <c>events</c> schema, one record batch a call, straight from the batch's memory.</summary>
internal sealed class EventsFile : IDisposable
{
    private static readonly FixedSizeListType HlfType = new(new Field("item", FloatType.Default, false), HlfColumns.Count);
    private static readonly FixedSizeListType ParticleType = new(new Field("item", FloatType.Default, false), ParticleColumns.Count);
    private static readonly ListType ParticlesType = new(new Field("item", ParticleType, false));

    private static readonly Schema Schema = new(
        [
            new Field("event", UInt64Type.Default, false),
            new Field("label", Int8Type.Default, false),
            new Field("hlf", HlfType, false, [new("names", string.Join(',', HlfColumns.Names))]),
            new Field("particles", ParticlesType, false, [new("names", string.Join(',', ParticleColumns.Names))]),
        ],
        null);

    private readonly FileStream stream;
    private readonly ArrowFileWriter writer;
    private byte[] labels = [];

    public EventsFile(string path)
    {
        stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        writer = new ArrowFileWriter(stream, Schema, leaveOpen: true);
    }

    public void Write(TopologyEvents events, sbyte label)
    {
        if (labels.Length < events.Count)
            labels = new byte[events.Count];
        labels.AsSpan(0, events.Count).Fill((byte)label);
        var features = Floats(events.HlfBytes, events.Count * HlfColumns.Count);
        var rows = new FixedSizeListArray(
            ParticleType, events.ParticleCount, Floats(events.ParticleBytes, events.ParticleCount * ParticleColumns.Count), ArrowBuffer.Empty);
        using var batch = new RecordBatch(
            Schema,
            [
                new UInt64Array(new ArrowBuffer(events.IdBytes), ArrowBuffer.Empty, events.Count, 0, 0),
                new Int8Array(new ArrowBuffer(labels.AsMemory(0, events.Count)), ArrowBuffer.Empty, events.Count, 0, 0),
                new FixedSizeListArray(HlfType, events.Count, features, ArrowBuffer.Empty),
                new ListArray(ParticlesType, events.Count, new ArrowBuffer(events.ParticleOffsetBytes), rows, ArrowBuffer.Empty),
            ],
            events.Count);
        writer.WriteRecordBatch(batch);
    }

    public void Dispose()
    {
        writer.WriteEnd();
        writer.Dispose();
        stream.Dispose();
    }

    private static FloatArray Floats(ReadOnlyMemory<byte> memory, int count) =>
        new(new ArrowBuffer(memory), ArrowBuffer.Empty, count, 0, 0);
}
