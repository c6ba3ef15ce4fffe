using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using FsCheck;
using FsCheck.Fluent;

namespace DaprHep.ArrowFormat.Tests;

public sealed class RoundTripTests
{
    private static readonly CompressionCodecType?[] Codecs = [null, CompressionCodecType.Lz4Frame, CompressionCodecType.Zstd];

    public static TheoryData<string> Types =>
        [.. RandomArrays.SimpleTypes.Concat(RandomArrays.NestedTypes).Select((type, i) => $"{i} {type.Name}")];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_type_comes_back_from_file_and_stream_compressed_and_not(string name)
    {
        int index = int.Parse(name.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        var type = RandomArrays.SimpleTypes.Concat(RandomArrays.NestedTypes).ElementAt(index);
        var schema = new Schema([new Field("column", type, true)], null);
        for (int seed = 0; seed < 8; seed++)
        {
            var batch = new RandomArrays(seed).Batch(schema, seed == 0 ? 0 : seed * 13);
            Check(schema, [batch], file: seed % 2 == 0, Codecs[seed % 3]);
        }
    }

    [Fact]
    public void Random_schemas_and_batches_come_back() =>
        Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
        {
            var arrays = new RandomArrays(seed);
            var schema = arrays.Schema(seed % 7);
            var first = arrays.Batch(schema, seed % 50);
            Check(schema, [first, first.Slice(first.Length / 3, first.Length / 2)], seed % 2 == 0, Codecs[seed % 3]);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(20240614, 9));

    [Fact]
    public void A_buffer_that_others_left_uncompressed_among_compressed_ones_is_read()
    {
        ulong[] values = [.. Enumerable.Range(1, 40).Select(i => (ulong)i * 0x0123456789ABCDUL)];
        var schema = new Schema([new Field("column", UInt64Type.Default, false)], null);
        var stream = new MemoryStream();
        var options = new IpcOptions { CompressionCodec = CompressionCodecType.Lz4Frame, CompressionCodecFactory = new AsItIs() };
        using (var writer = new ArrowFileWriter(stream, schema, leaveOpen: true, options))
        {
            writer.WriteRecordBatch(new RecordBatch(schema, [new UInt64Array.Builder().AppendRange(values).Build()], values.Length));
            writer.WriteEnd();
        }
        byte[] file = stream.ToArray();
        // The length before the values, for which the format has −1 where they are as they are.
        int start = file.AsSpan().IndexOf(BitConverter.GetBytes(values[0])) - sizeof(long);
        BitConverter.ToInt64(file, start).ShouldBe(values.Length * sizeof(ulong));
        BitConverter.TryWriteBytes(file.AsSpan(start), -1L).ShouldBeTrue();
        using var reader = new ArrowFileReader(new MemoryStream(file), new Apache.Arrow.Compression.CompressionCodecFactory());
        ((UInt64Array)reader.ReadNextRecordBatch()!.Column(0)).Values.ToArray().ShouldBe(values);
    }

    [Fact]
    public async Task Asynchronous_writing_writes_the_same_bytes()
    {
        var arrays = new RandomArrays(77);
        var schema = arrays.Schema(12);
        var batch = arrays.Batch(schema, 40);
        var bytes = new MemoryStream();
        await using (bytes)
        {
            using var writer = new ArrowFileWriter(bytes, schema, leaveOpen: true);
            await writer.WriteStartAsync();
            await writer.WriteRecordBatchAsync(batch);
            await writer.WriteEndAsync();
        }

        bytes.ToArray().ShouldBe(ArrowFiles.Write(schema, [batch]));
    }

    [Fact]
    public void A_dictionary_that_changes_is_replaced_in_a_stream_and_refused_in_a_file()
    {
        var type = new DictionaryType(Int8Type.Default, StringType.Default, false);
        var schema = new Schema([new Field("class", type, false)], null);
        RecordBatch[] batches = [Batch("qcd", "ttbar"), Batch("qcd", "ttbar"), Batch("wjets", "qcd")];
        var read = ArrowFiles.Read(new ArrowStreamReader(ArrowFiles.Write(schema, batches, file: false))).Batches;
        read.SelectMany(batch => PlainValues.Of(batch.Column(0)))
            .ShouldBe(["\"qcd\"", "\"ttbar\"", "\"qcd\"", "\"ttbar\"", "\"wjets\"", "\"qcd\""]);

        ArrowFiles.Write(schema, batches[..2]).Length.ShouldBeGreaterThan(0);
        Should.Throw<InvalidOperationException>(() => ArrowFiles.Write(schema, batches)).Message.ShouldContain("one dictionary a column");

        RecordBatch Batch(params string[] classes) => new(
            schema,
            [new DictionaryArray(
                type, new Int8Array.Builder().Append(0).Append(1).Build(), new StringArray.Builder().AppendRange(classes).Build())],
            2);
    }

    [Fact]
    public void A_file_without_batches_has_its_schema()
    {
        var read = ArrowFiles.Read(new ArrowFileReader(new MemoryStream(ArrowFiles.Write(EventBatches.Schema, []))));
        read.Batches.ShouldBeEmpty();
        read.Schema.FieldsList.Select(field => field.Name).ShouldBe(["event", "label", "hlf", "particles"]);
    }

    [Fact]
    public void A_batch_that_does_not_fit_the_schema_is_refused_before_anything_is_written()
    {
        var schema = new Schema([new Field("x", FloatType.Default, false)], null);
        var floats = new FloatArray.Builder().Append(1).Build();
        var integers = new Int32Array.Builder().Append(1).Build();
        Refused([floats, floats], 1, "2");
        Refused([integers], 1, "int32");
        Refused([floats], 2, "2");

        void Refused(IArrowArray[] arrays, int rows, string message)
        {
            var bytes = new MemoryStream();
            using var writer = new ArrowStreamWriter(bytes, schema);
            Should.Throw<ArgumentException>(() => writer.WriteRecordBatch(new RecordBatch(schema, arrays, rows)))
                .Message.ShouldContain(message);
            bytes.Length.ShouldBe(0);
        }
    }

    private static void Check(Schema schema, RecordBatch[] batches, bool file, CompressionCodecType? codec)
    {
        byte[] bytes = ArrowFiles.Write(schema, batches, file, codec);
        foreach (var reader in ArrowFiles.Readers(bytes, file))
        {
            var (readSchema, read) = ArrowFiles.Read(reader);
            readSchema.FieldsList.Select(Describe).ShouldBe(schema.FieldsList.Select(Describe));
            (readSchema.Metadata ?? new Dictionary<string, string>())
                .ShouldBe(schema.Metadata ?? new Dictionary<string, string>(), ignoreOrder: true);
            read.Count.ShouldBe(batches.Length);
            for (int i = 0; i < batches.Length; i++)
            {
                for (int column = 0; column < schema.FieldsList.Count; column++)
                {
                    var before = batches[i].Column(column);
                    var after = read[i].Column(column);
                    PlainValues.Of(after).ShouldBe(PlainValues.Of(before), $"batch {i}, {schema[column]}");
                    after.NullCount.ShouldBe(before.NullCount);
                }
            }
        }
    }

    private static string Describe(Field field)
    {
        var metadata = (field.Metadata ?? new Dictionary<string, string>()).OrderBy(pair => pair.Key, StringComparer.Ordinal);
        return $"{field.Name} {Describe(field.DataType)} {field.IsNullable} {string.Join(';', metadata)}";
    }

    private static string Describe(IArrowType type) => type switch
    {
        DictionaryType d => $"dictionary {d.IndexType.Name} {Describe(d.ValueType)} {d.Ordered}",
        FixedSizeListType l => $"{l.ListSize} of {Describe(l.ValueField)}",
        NestedType n => $"{n.Name} {string.Join(", ", n.Fields.Select(Describe))}",
        TimestampType t => $"{t.Name} {t.Unit} {t.Timezone}",
        TimeBasedType t => $"{t.Name} {t.Unit}",
        Decimal128Type d => $"{d.Name} {d.Precision} {d.Scale}",
        FixedSizeBinaryType b => $"{b.Name} {b.ByteWidth}",
        _ => type.Name,
    };

    private sealed class AsItIs : ICompressionCodecFactory, ICompressionCodec
    {
        public ICompressionCodec CreateCodec(CompressionCodecType compressionCodecType) => this;

        public int Decompress(ReadOnlyMemory<byte> source, Memory<byte> destination) => throw new NotSupportedException();

        public void Compress(ReadOnlyMemory<byte> source, Stream destination) => destination.Write(source.Span);

        public void Dispose()
        {
        }
    }
}
