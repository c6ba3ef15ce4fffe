using System.Buffers.Binary;
using CommunityToolkit.HighPerformance;
using DaprHep.Data.Events;
using DaprHep.Physics;

namespace DaprHep.Cli.Export;

/// <summary>
/// TFRecord as the published training read it: a <c>tf.train.Example</c> an event with the float lists <c>HLF_input</c> [14],
/// <c>GRU_input</c> [801 × 19, padded with zeros, or with the row that stands for the padding], <c>encoded_label</c> [3, one-hot].
/// (https://www.tensorflow.org/tutorials/load_data/tfrecord)
/// </summary>
internal sealed class TfRecordExport : EventExport
{
    private const int SequenceValues = ParticleColumns.MaxParticles * ParticleColumns.Count;
    private readonly FileStream _output;
    private readonly float[] _sequence = new float[SequenceValues];
    private readonly float[] _label = new float[EventClasses.Names.Count];
    private readonly MemoryStream _example = new();

    public TfRecordExport(string path) => _output = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 20);

    public override void Add(in EventTable table)
    {
        for (int i = 0; i < table.Count; i++)
        {
            FillSequence(table, i);
            _label.AsSpan().Clear();
            if (table.Labels.Span[i] is var label and >= 0 && label < _label.Length)
                _label[label] = 1;
            WriteExample(table.HlfOf(i));
        }
    }

    public override void Finish() => _output.Flush(flushToDisk: true);

    public override void Dispose()
    {
        _example.Dispose();
        _output.Dispose();
    }

    private void FillSequence(in EventTable table, int index)
    {
        ReadOnlySpan<float> particles = table.ParticlesOf(index);
        if (particles.Length > SequenceValues)
            throw new EventDataException($"event {table.Ids.Span[index]}", $"has {particles.Length / ParticleColumns.Count} particles, at most {ParticleColumns.MaxParticles} are expected");
        if (!table.Padding.IsEmpty && table.Padding.Span[index] is var row and >= 0)
        {
            ParticleSequence.Expand(particles, row, _sequence);
            return;
        }
        particles.CopyTo(_sequence);
        _sequence.AsSpan(particles.Length).Clear();
    }

    // Example { features = 1: Features { feature = 1: map<string, Feature> } }.
    private void WriteExample(ReadOnlySpan<float> hlf)
    {
        _example.SetLength(0);
        int features = EntryBytes("HLF_input"u8, hlf) + EntryBytes("GRU_input"u8, _sequence) + EntryBytes("encoded_label"u8, _label);
        Field(1, features);
        Entry("HLF_input"u8, hlf);
        Entry("GRU_input"u8, _sequence);
        Entry("encoded_label"u8, _label);
        WriteRecord(_example.GetBuffer().AsSpan(0, (int)_example.Length));
    }

    // Map entry { key = 1; value = 2: Feature { float_list = 2: FloatList { value = 1, packed } } }.
    private void Entry(ReadOnlySpan<byte> name, ReadOnlySpan<float> values)
    {
        (int packed, int list, int feature, int entry) = Sizes(name, values);
        Field(1, entry);
        Field(1, name.Length);
        _example.Write(name);
        Field(2, feature);
        Field(2, list);
        Field(1, packed);
        _example.Write(values.AsBytes());
    }

    private static int EntryBytes(ReadOnlySpan<byte> name, ReadOnlySpan<float> values) => FieldBytes(Sizes(name, values).Entry);

    private static (int Packed, int List, int Feature, int Entry) Sizes(ReadOnlySpan<byte> name, ReadOnlySpan<float> values)
    {
        int packed = values.Length * sizeof(float), list = FieldBytes(packed), feature = FieldBytes(list);
        return (packed, list, feature, FieldBytes(name.Length) + FieldBytes(feature));
    }

    private static int FieldBytes(int length)
    {
        int bytes = 2;
        for (int rest = length >> 7; rest != 0; rest >>= 7)
            bytes++;
        return bytes + length;
    }

    // Tag of a length-delimited field, and the length.
    private void Field(int number, int length)
    {
        _example.WriteByte((byte)(number << 3 | 2));
        for (; length >= 0x80; length >>= 7)
            _example.WriteByte((byte)(length | 0x80));
        _example.WriteByte((byte)length);
    }

    // Length, its checksum, the record, its checksum.
    private void WriteRecord(ReadOnlySpan<byte> record)
    {
        Span<byte> head = stackalloc byte[12], tail = stackalloc byte[4];
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], MaskedCrc32C.Of(head[..8]));
        BinaryPrimitives.WriteUInt32LittleEndian(tail, MaskedCrc32C.Of(record));
        _output.Write(head);
        _output.Write(record);
        _output.Write(tail);
    }
}
