using Apache.Arrow;
using Apache.Arrow.Types;

namespace DaprHep.ArrowFormat.Tests;

public sealed class BuilderTests
{
    [Fact]
    public void Numbers_and_nulls_are_appended_set_and_swapped()
    {
        var builder = new FloatArray.Builder().Reserve(2).Append(1).Append((float?)null).Append([2f, 3f]).AppendRange([4f, 5f])
            .AppendNull();
        var array = builder.Set(1, 1.5f).Swap(0, 6).Build();
        PlainValues.Of(array).ShouldBe(["null", "1.5", "2", "3", "4", "5", "1"]);
        array.NullCount.ShouldBe(1);
        array.Slice(2, 3).NullCount.ShouldBe(0);
        ((FloatArray)array.Slice(2, 3)).Values.ToArray().ShouldBe([2f, 3f, 4f]);
        PlainValues.Of(builder.Clear().Append(9).Resize(2).Build()).ShouldBe(["9", "null"]);
    }

    [Fact]
    public void A_builder_goes_on_after_it_has_built()
    {
        var builder = new ListArray.Builder(Int64Type.Default);
        var values = (Int64Array.Builder)builder.ValueBuilder;
        builder.Append();
        values.Append(1).Append(2);
        builder.AppendNull();
        PlainValues.Of(builder.Build()).ShouldBe(["[1,2]", "null"]);
        builder.Append();
        values.Append(3);
        PlainValues.Of(builder.Build()).ShouldBe(["[1,2]", "null", "[3]"]);
    }

    [Fact]
    public void Strings_lists_and_fixed_size_lists_nest()
    {
        var builder = new ListArray.Builder(new FixedSizeListType(StringType.Default, 2));
        var pairs = (FixedSizeListArray.Builder)builder.ValueBuilder;
        var strings = (StringArray.Builder)pairs.ValueBuilder;
        builder.Append();
        pairs.Append();
        strings.Append("é").Append((string?)null);
        pairs.AppendNull();
        builder.Append();
        PlainValues.Of(builder.Build()).ShouldBe(["[[\"\\u00E9\",null],null]", "[]"]);
        pairs.Append();
        strings.Append("alone");
        Should.Throw<ArgumentOutOfRangeException>(() => builder.Build());
    }

    [Fact]
    public void Booleans_and_bitmaps_keep_count_across_bytes()
    {
        var bits = new ArrowBuffer.BitmapBuilder();
        bits.AppendRange(true, 3).AppendRange(false, 14).AppendRange(true, 30).Append(false);
        (bits.Length, bits.SetBitCount, bits.UnsetBitCount).ShouldBe((48, 33, 15));
        bits.Set(5).Set(5).Toggle(0).Resize(20);
        (bits.SetBitCount, BitUtility.CountBits(bits.Build().Span, 0, 20)).ShouldBe((6, 6));
        PlainValues.Of(new BooleanArray.Builder().Append(true).AppendNull().AppendRange([false, true]).Build())
            .ShouldBe(["true", "null", "false", "true"]);
    }

    [Fact]
    public void Bits_are_counted_from_any_place_to_any_place()
    {
        var random = new Random(3);
        var bytes = new byte[40];
        random.NextBytes(bytes);
        for (int i = 0; i < 500; i++)
        {
            int from = random.Next(320);
            int length = random.Next(320 - from);
            BitUtility.CountBits(bytes, from, length).ShouldBe(Enumerable.Range(from, length).Count(bit => BitUtility.GetBit(bytes, bit)));
        }
    }

    [Fact]
    public void Built_buffers_are_aligned_and_padded_with_zeros()
    {
        var buffer = new ArrowBuffer.Builder<int>().Append(1).AppendRange([2, 3]).Build();
        buffer.Length.ShouldBe(64);
        buffer.Span[12..].ToArray().ShouldAllBe(b => b == 0);
    }

    [Fact]
    public void Dates_times_and_decimals_read_as_net_values()
    {
        new Date32Array(Buffer(19723), ArrowBuffer.Empty, 1, 0, 0).GetDateOnly(0).ShouldBe(new DateOnly(2024, 1, 1));
        new Time64Array(TimeType.Microsecond, Buffer(3_600_000_000L), ArrowBuffer.Empty, 1, 0, 0).GetTime(0).ShouldBe(new TimeOnly(1, 0));
        new DurationArray(DurationType.Nanosecond, Buffer(1_000L), ArrowBuffer.Empty, 1, 0, 0).GetTimeSpan(0)
            .ShouldBe(TimeSpan.FromMicroseconds(1));
        new TimestampArray(new TimestampType(TimeUnit.Second, "UTC"), Buffer(1_700_000_000L), ArrowBuffer.Empty, 1, 0, 0)
            .GetTimestamp(0).ShouldBe(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));
        var number = new ArrayData(new Decimal128Type(10, 2), 1, 0, 0, [ArrowBuffer.Empty, Buffer(-12345L, -1L)], []);
        new Decimal128Array(number).GetValue(0).ShouldBe(-123.45m);
    }

    private static ArrowBuffer Buffer<T>(params T[] values)
        where T : struct => new ArrowBuffer.Builder<T>().AppendRange(values).Build();
}
