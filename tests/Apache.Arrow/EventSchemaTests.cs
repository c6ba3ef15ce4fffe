using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace DaprHep.ArrowFormat.Tests;

/// <summary>The schema of our partitions and shards: written from caller memory, trained from file memory, without copies.</summary>
public sealed class EventSchemaTests
{
    [Theory]
    [InlineData(true, null)]
    [InlineData(false, null)]
    [InlineData(true, CompressionCodecType.Zstd)]
    [InlineData(true, CompressionCodecType.Lz4Frame)]
    [InlineData(false, CompressionCodecType.Lz4Frame)]
    public void Batches_come_back_as_they_were_written(bool file, CompressionCodecType? codec)
    {
        RecordBatch[] written = [EventBatches.Random(1, 100, 40), EventBatches.Random(2, 0, 1), EventBatches.Random(3, 1, 600)];
        byte[] bytes = ArrowFiles.Write(EventBatches.Schema, written, file, codec);
        foreach (var reader in ArrowFiles.Readers(bytes, file))
        {
            var (schema, batches) = ArrowFiles.Read(reader);
            schema.Metadata.ShouldBe(EventBatches.Schema.Metadata);
            schema["hlf"]!.Metadata!["names"].ShouldBe("HT MET PhiMET");
            batches.Count.ShouldBe(written.Length);
            for (int i = 0; i < written.Length; i++)
            {
                batches[i].Length.ShouldBe(written[i].Length);
                ((UInt64Array)batches[i].Column("event")).Values.SequenceEqual(((UInt64Array)written[i].Column("event")).Values)
                    .ShouldBeTrue();
                ((Int8Array)batches[i].Column("label")).Values.SequenceEqual(((Int8Array)written[i].Column("label")).Values).ShouldBeTrue();
                ((ListArray)batches[i].Column(3)).ValueOffsets.SequenceEqual(((ListArray)written[i].Column(3)).ValueOffsets).ShouldBeTrue();
                EventBatches.Particles(batches[i]).SequenceEqual(EventBatches.Particles(written[i])).ShouldBeTrue();
                PlainValues.Of(batches[i].Column("hlf")).ShouldBe(PlainValues.Of(written[i].Column("hlf")));
            }
        }
    }

    [Fact]
    public void A_file_in_memory_is_viewed_without_a_copy_and_its_buffers_are_aligned()
    {
        byte[] file = ArrowFiles.Write(EventBatches.Schema, [EventBatches.Random(4, 50, 30), EventBatches.Random(5, 50, 30)]);
        using var reader = new ArrowStreamReader(file.AsMemory(8));
        while (reader.ReadNextRecordBatch() is { } batch)
        {
            foreach (var buffer in BuffersOf(batch).Where(buffer => buffer.Length > 0))
            {
                file.AsSpan().Overlaps(buffer.Span, out int offset).ShouldBeTrue();
                (-offset % 64).ShouldBe(0);
            }
        }
    }

    [Fact]
    public void Buffers_read_from_a_stream_are_aligned_in_memory()
    {
        byte[] file = ArrowFiles.Write(EventBatches.Schema, [EventBatches.Random(6, 50, 30)]);
        using var reader = new ArrowFileReader(new MemoryStream(file));
        foreach (var buffer in BuffersOf(reader.ReadNextRecordBatch()!).Where(buffer => buffer.Length > 0))
            (AddressOf(buffer.Span) % 64).ShouldBe((nuint)0);
    }

    [Fact]
    public void Writing_copies_no_values()
    {
        var batch = EventBatches.Random(7, 2000, 200);
        EventBatches.Particles(batch).Length.ShouldBeGreaterThan(5_000_000);
        ArrowFiles.Write(EventBatches.Schema, [EventBatches.Random(7, 10, 2)]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        using (var writer = new ArrowFileWriter(Stream.Null, EventBatches.Schema))
        {
            writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(100_000);
    }

    [Fact]
    public async Task Batches_are_read_in_any_order()
    {
        var written = Enumerable.Range(0, 5).Select(seed => EventBatches.Random(seed, 10 + seed, 3)).ToList();
        using var reader = new ArrowFileReader(new MemoryStream(ArrowFiles.Write(EventBatches.Schema, written)));
        (await reader.RecordBatchCountAsync()).ShouldBe(5);
        foreach (int index in new[] { 3, 0, 4, 3 })
            (await reader.ReadRecordBatchAsync(index)).Length.ShouldBe(10 + index);
        await Should.ThrowAsync<ArgumentOutOfRangeException>(async () => await reader.ReadRecordBatchAsync(5));
        reader.ReadNextRecordBatch()!.Length.ShouldBe(10);
    }

    [Fact]
    public void A_slice_is_written_as_if_it_had_never_been_more()
    {
        var whole = EventBatches.Random(8, 100, 20);
        byte[] bytes = ArrowFiles.Write(EventBatches.Schema, [whole.Slice(90, 5)]);
        bytes.Length.ShouldBeLessThan(5 * 40 * 19 * 4 + 4000);
        var read = ArrowFiles.Read(new ArrowFileReader(new MemoryStream(bytes))).Batches.Single();
        for (int column = 0; column < 4; column++)
            PlainValues.Of(read.Column(column)).ShouldBe(PlainValues.Of(whole.Column(column)).Skip(90).Take(5));
    }

    private static unsafe nuint AddressOf(ReadOnlySpan<byte> span) => (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(span));

    private static IEnumerable<ArrowBuffer> BuffersOf(RecordBatch batch) => batch.Arrays.SelectMany(array => BuffersOf(array.Data));

    private static IEnumerable<ArrowBuffer> BuffersOf(ArrayData data) => data.Buffers.Concat(data.Children.SelectMany(BuffersOf));
}
