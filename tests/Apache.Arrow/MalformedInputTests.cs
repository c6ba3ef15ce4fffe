using System.Buffers.Binary;
using Apache.Arrow;
using Apache.Arrow.Arrays;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;

namespace DaprHep.ArrowFormat.Tests;

/// <summary>Whatever the bytes, reading ends soon, in batches or in an error that says what is wrong.</summary>
public sealed class MalformedInputTests
{
    [Theory]
    [InlineData(0, "found 0")]
    [InlineData(7, "found 7")]
    [InlineData(100, "cut off")]
    public void A_file_cut_off_is_named_so(int length, string message)
    {
        byte[] file = ArrowFiles.Write(EventBatches.Schema, [EventBatches.Random(1, 10, 5)]);
        using var reader = new ArrowFileReader(new MemoryStream(file, 0, length));
        Should.Throw<InvalidDataException>(() => reader.ReadNextRecordBatch()).Message.ShouldContain(message);
    }

    [Fact]
    public void A_stream_cut_off_anywhere_ends_cleanly_or_with_an_error()
    {
        byte[] stream = ArrowFiles.Write(EventBatches.Schema, [EventBatches.Random(1, 3, 2)], file: false);
        for (int length = 1; length < stream.Length; length++)
        {
            using var reader = new ArrowStreamReader(stream.AsMemory(0, length));
            var error = Record.Exception(() => ArrowFiles.Read(reader));
            if (error is not null)
                error.ShouldBeOfType<InvalidDataException>();
        }
    }

    [Fact]
    public void A_stream_that_promises_more_than_it_has_is_not_believed()
    {
        // The body's length in the metadata of the batch says 2 GB; the stream cannot be sought, so nobody knows better at first.
        byte[] stream = ArrowFiles.Write(EventBatches.Schema, [EventBatches.Random(1, 3, 2)], file: false);
        byte[] length = new byte[8];
        int batchAt = 8 + BinaryPrimitives.ReadInt32LittleEndian(stream.AsSpan(4));
        int batchMetadata = BinaryPrimitives.ReadInt32LittleEndian(stream.AsSpan(batchAt + 4));
        BinaryPrimitives.WriteInt64LittleEndian(length, stream.Length - batchAt - 8 - batchMetadata - 8);
        int at = stream.AsSpan(batchAt).IndexOf(length) + batchAt;
        BinaryPrimitives.WriteInt64LittleEndian(stream.AsSpan(at), int.MaxValue);
        using var reader = new ArrowStreamReader(new OneWayStream(stream));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<InvalidDataException>(() => ArrowFiles.Read(reader)).Message.ShouldContain($"expected {int.MaxValue} bytes of body");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(64 << 20);
    }

    [Fact]
    public void Offsets_that_decrease_or_leave_the_values_are_refused()
    {
        foreach (int[] offsets in new int[][] { [0, 2, 1], [0, 2, 4], [-1, 0, 1] })
        {
            var type = new ListType(Int32Type.Default);
            var values = new Int32Array.Builder().Append(7).Append(8).Append(9).Build();
            var lists = new ArrayData(
                type, 2, 0, 0, [ArrowBuffer.Empty, new ArrowBuffer.Builder<int>().AppendRange([0, 1, 3]).Build()], [values.Data]);
            byte[] file = ArrowFiles.Write(
                new Schema([new Field("lists", type, false)], null), [new RecordBatch(new Schema([], null), [new ListArray(lists)], 2)]);
            Replace(file, [0, 1, 3], offsets);
            var error = Should.Throw<InvalidDataException>(() => ArrowFiles.Read(new ArrowFileReader(new MemoryStream(file))));
            error.Message.ShouldContain("lists");
            error.Message.ShouldContain("offsets that never decrease, from 0 to 3");
        }
    }

    [Fact]
    public void A_dictionary_index_beyond_the_dictionary_is_refused()
    {
        var type = new DictionaryType(Int32Type.Default, StringType.Default, false);
        var array = new DictionaryArray(
            type, new Int32Array.Builder().AppendRange([1, 0, 1, 0, 1]).Build(), new StringArray.Builder().AppendRange(["a", "b"]).Build());
        byte[] file = ArrowFiles.Write(
            new Schema([new Field("class", type, false)], null), [new RecordBatch(new Schema([], null), [array], 5)]);
        Replace(file, [1, 0, 1, 0, 1], [1, 0, 1, 0, -1]);
        Should.Throw<InvalidDataException>(() => ArrowFiles.Read(new ArrowFileReader(new MemoryStream(file))))
            .Message.ShouldContain("column class: expected dictionary indices below 2, found -1 at row 4");
    }

    [Fact]
    public void Compressed_buffers_need_a_codec_and_may_not_grow_beyond_what_the_format_can()
    {
        var schema = new Schema([new Field("x", Int64Type.Default, false)], null);
        var zeros = new Int64Array(new ArrowBuffer(new byte[80_000]), ArrowBuffer.Empty, 10_000, 0, 0);
        byte[] file = ArrowFiles.Write(schema, [new RecordBatch(schema, [zeros], 10_000)], codec: CompressionCodecType.Lz4Frame);
        Should.Throw<NotSupportedException>(() => ArrowFiles.Read(new ArrowFileReader(new MemoryStream(file))))
            .Message.ShouldContain("ICompressionCodecFactory");

        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, 80_000);
        int at = file.AsSpan().LastIndexOf(length);
        while (!file.AsSpan(at + 8).StartsWith((byte[])[4, 0x22, 0x4D, 0x18]))
            at = file.AsSpan(0, at + 7).LastIndexOf(length);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(at), 1L << 40);
        Should.Throw<InvalidDataException>(() => ArrowFiles.Read(new ArrowFileReader(new MemoryStream(file), ArrowFiles.Codecs)))
            .Message.ShouldContain("once decompressed");
    }

    [Fact]
    public void Mutated_files_and_streams_read_or_are_refused_in_bounded_time_and_memory()
    {
        var random = new Random(20260610);
        var originals = Originals().ToList();
        TimeSpan began = Patience.Undisturbed;
        int refused = 0;
        const int Cases = 6000;
        for (int i = 0; i < Cases; i++)
        {
            var (bytes, file) = originals[i % originals.Count];
            byte[] mutated = Mutate(bytes, random);
            foreach (var reader in ArrowFiles.Readers(mutated, file))
            {
                var error = Record.Exception(() =>
                {
                    foreach (var batch in ArrowFiles.Read(reader).Batches)
                        Touch(batch);
                });
                if (error is null)
                    continue;
                refused++;
                if (error is not (InvalidDataException or NotSupportedException))
                    Assert.Fail($"case {i}: {error}");
            }
        }

        refused.ShouldBeGreaterThan(Cases / 3);
        (Patience.Undisturbed - began).ShouldBeLessThan(TimeSpan.FromSeconds(60));
    }

    private static IEnumerable<(byte[] Bytes, bool File)> Originals()
    {
        CompressionCodecType?[] codecs = [null, null, CompressionCodecType.Zstd, CompressionCodecType.Lz4Frame];
        for (int seed = 0; seed < 24; seed++)
        {
            var arrays = new RandomArrays(seed);
            var schema = arrays.Schema(1 + (seed % 6));
            bool file = seed % 3 > 0;
            yield return (ArrowFiles.Write(schema, [arrays.Batch(schema, 5 + seed)], file, codecs[seed % 4]), file);
        }

        yield return (ArrowFiles.Write(EventBatches.Schema, [EventBatches.Random(1, 20, 5), EventBatches.Random(2, 3, 2)]), true);
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        byte[] bytes = (byte[])original.Clone();
        for (int n = random.Next(1, 5); n > 0; n--)
        {
            int at = random.Next(bytes.Length);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2 when bytes.Length >= 4:
                    int[] words = [0, -1, 1, int.MaxValue, int.MinValue, bytes.Length, random.Next(256)];
                    BinaryPrimitives.WriteInt32LittleEndian(
                        bytes.AsSpan(Math.Min(at & ~3, bytes.Length - 4)), words[random.Next(words.Length)]);
                    break;
                case 3 when bytes.Length >= 8:
                    long[] longs = [0, -1, long.MaxValue, long.MinValue, int.MaxValue, 1L << 40, random.Next(4096)];
                    BinaryPrimitives.WriteInt64LittleEndian(
                        bytes.AsSpan(Math.Min(at & ~7, bytes.Length - 8)), longs[random.Next(longs.Length)]);
                    break;
                case 4 when random.Next(4) == 0:
                    bytes = bytes[..at];
                    if (bytes.Length == 0)
                        return bytes;
                    break;
                default:
                    int from = random.Next(bytes.Length);
                    int count = Math.Min(random.Next(32), bytes.Length - Math.Max(at, from));
                    bytes.AsSpan(from, count).CopyTo(bytes.AsSpan(at));
                    break;
            }
        }

        return bytes;
    }

    /// <summary>Reads every value a program could reach (of long arrays, the two ends).</summary>
    private static void Touch(RecordBatch batch)
    {
        foreach (var array in batch.Arrays)
            Touch(array);
    }

    private static void Touch(IArrowArray array)
    {
        _ = array.NullCount;
        foreach (int i in Enumerable.Range(0, Math.Min(array.Length, 200)).Concat(array.Length > 0 ? [array.Length - 1] : []))
        {
            if (array.IsNull(i))
                continue;
            switch (array)
            {
                case BinaryArray a: _ = a.GetBytes(i); break;
                case LargeBinaryArray a: _ = a.GetBytes(i); break;
                case FixedSizeBinaryArray a: _ = a.GetBytes(i); break;
                case BooleanArray a: _ = a.GetValue(i); break;
                case ListArray a: _ = a.GetSlicedValues(i); break;
                case LargeListArray a: _ = a.GetSlicedValues(i); break;
                case FixedSizeListArray a: _ = a.GetSlicedValues(i); break;
                case Date32Array or TimestampArray or NullArray or StructArray: break;
                default: _ = PlainValues.Of(array is DictionaryArray d ? d.Indices : array, i); break;
            }
        }

        switch (array)
        {
            case ListArray a: Touch(a.Values); break;
            case LargeListArray a: Touch(a.Values); break;
            case FixedSizeListArray a: Touch(a.Values); break;
            case DictionaryArray a: Touch(a.Dictionary); break;
            case StructArray a:
                foreach (var field in a.Fields)
                    Touch(field);
                break;
        }
    }

    private static void Replace(byte[] file, int[] found, int[] replacement)
    {
        byte[] bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(found.AsSpan()).ToArray();
        int at = file.AsSpan().IndexOf(bytes);
        at.ShouldBeGreaterThan(0);
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(replacement.AsSpan()).CopyTo(file.AsSpan(at));
    }

    /// <summary>A stream like a socket: no length, no seeking.</summary>
    private sealed class OneWayStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();
    }
}
