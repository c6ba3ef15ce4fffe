using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace DaprHep.ArrowFormat.Tests;

/// <summary>Batches of the <c>events</c> schema over plain arrays, as a producer with pooled buffers makes them.</summary>
internal static class EventBatches
{
    public const int Features = 14;
    public const int ParticleFeatures = 19;

    private static readonly Field Item = new("item", FloatType.Default, false);

    public static Schema Schema { get; } = new Schema.Builder()
        .Field(new Field("event", UInt64Type.Default, false))
        .Field(new Field("label", Int8Type.Default, false))
        .Field(new Field(
            "hlf", new FixedSizeListType(Item, Features), false, new Dictionary<string, string> { ["names"] = "HT MET PhiMET" }))
        .Field(new Field("particles", new ListType(new Field("item", new FixedSizeListType(Item, ParticleFeatures), false)), false))
        .Metadata("daprhep.profile", "standard")
        .Metadata("note", "ünïcode")
        .Build();

    public static RecordBatch Random(int seed, int rows, int particlesPerEvent)
    {
        var random = new Random(seed);
        var events = new ulong[rows];
        var labels = new sbyte[rows];
        var hlf = new float[rows * Features];
        var offsets = new int[rows + 1];
        for (int i = 0; i < rows; i++)
        {
            events[i] = (ulong)random.NextInt64();
            labels[i] = (sbyte)random.Next(-1, 3);
            offsets[i + 1] = offsets[i] + random.Next(particlesPerEvent * 2);
        }

        var particles = new float[offsets[rows] * ParticleFeatures];
        foreach (ref float value in hlf.AsSpan())
            value = random.NextSingle();
        foreach (ref float value in particles.AsSpan())
            value = random.NextSingle();
        return Of(events, labels, hlf, offsets, particles);
    }

    public static RecordBatch Of(ulong[] events, sbyte[] labels, float[] hlf, int[] offsets, float[] particles)
    {
        int rows = events.Length;
        var rowsOfParticles = new FixedSizeListArray(
            new FixedSizeListType(Item, ParticleFeatures), offsets[rows], Floats(particles), ArrowBuffer.Empty);
        return new RecordBatch(
            Schema,
            [
                new UInt64Array(View(events), ArrowBuffer.Empty, rows, 0, 0),
                new Int8Array(View(labels), ArrowBuffer.Empty, rows, 0, 0),
                new FixedSizeListArray(Schema[2].DataType, rows, Floats(hlf), ArrowBuffer.Empty),
                new ListArray(Schema[3].DataType, rows, View(offsets), rowsOfParticles, ArrowBuffer.Empty),
            ],
            rows);
    }

    public static ReadOnlySpan<float> Particles(RecordBatch batch) =>
        ((FloatArray)((FixedSizeListArray)((ListArray)batch.Column("particles")).Values).Values).Values;

    private static FloatArray Floats(float[] values) => new(View(values), ArrowBuffer.Empty, values.Length, 0, 0);

    private static ArrowBuffer View<T>(T[] values)
        where T : unmanaged => new(new ArrayBytes<T>(values).Memory);

    /// <summary>The bytes of an array, as memory.</summary>
    private sealed unsafe class ArrayBytes<T>(T[] values) : System.Buffers.MemoryManager<byte>
        where T : unmanaged
    {
        public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(values.AsSpan());

        public override System.Buffers.MemoryHandle Pin(int elementIndex = 0)
        {
            var handle = GCHandle.Alloc(values, GCHandleType.Pinned);
            return new System.Buffers.MemoryHandle((byte*)handle.AddrOfPinnedObject() + elementIndex, handle);
        }

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
