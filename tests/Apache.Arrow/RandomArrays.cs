using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace DaprHep.ArrowFormat.Tests;

/// <summary>Arrays of any type with random values, nulls and offsets into larger buffers.</summary>
internal sealed class RandomArrays(int seed)
{
    private readonly Random _random = new(seed);

    public static IReadOnlyList<IArrowType> SimpleTypes { get; } =
    [
        NullType.Default, BooleanType.Default,
        Int8Type.Default, Int16Type.Default, Int32Type.Default, Int64Type.Default,
        UInt8Type.Default, UInt16Type.Default, UInt32Type.Default, UInt64Type.Default,
        HalfFloatType.Default, FloatType.Default, DoubleType.Default,
        StringType.Default, LargeStringType.Default, BinaryType.Default, LargeBinaryType.Default,
        new FixedSizeBinaryType(5), new Decimal128Type(38, 3),
        Date32Type.Default, Date64Type.Default,
        TimeType.Second, TimeType.Millisecond, TimeType.Microsecond, TimeType.Nanosecond,
        new TimestampType(TimeUnit.Second, (string?)null), new TimestampType(TimeUnit.Nanosecond, "Europe/Zurich"),
        DurationType.Second, DurationType.Nanosecond,
    ];

    public static IReadOnlyList<IArrowType> NestedTypes { get; } =
    [
        new ListType(Int16Type.Default), new LargeListType(StringType.Default), new FixedSizeListType(FloatType.Default, 3),
        new StructType([new Field("a", BooleanType.Default, true), new Field("b", new ListType(DoubleType.Default), true)]),
        new ListType(new FixedSizeListType(new LargeListType(BinaryType.Default), 2)),
        new FixedSizeListType(new StructType([new Field("x", Int8Type.Default, true), new Field("y", NullType.Default, true)]), 4),
        new DictionaryType(Int8Type.Default, StringType.Default, true), new DictionaryType(UInt32Type.Default, DoubleType.Default, false),
        new DictionaryType(Int64Type.Default, new ListType(Int32Type.Default), false),
        new ListType(new DictionaryType(UInt16Type.Default, LargeStringType.Default, false)),
        new DictionaryType(Int16Type.Default,
            new StructType([new Field("d", new DictionaryType(Int32Type.Default, StringType.Default, false), true)]), false),
    ];

    public Schema Schema(int columns)
    {
        IArrowType[] types = [.. SimpleTypes, .. NestedTypes];
        var builder = new Schema.Builder();
        for (int i = 0; i < columns; i++)
        {
            var metadata = _random.Next(3) == 0 ? new Dictionary<string, string> { [$"k{i}"] = Text(), ["empty"] = "" } : null;
            builder.Field(new Field($"c{i} {Text()}", types[_random.Next(types.Length)], true, metadata));
        }

        return _random.Next(2) == 0 ? builder.Build() : builder.Metadata("note", Text()).Build();
    }

    public RecordBatch Batch(Schema schema, int rows) => new(schema, schema.FieldsList.Select(field => Array(field.DataType, rows)), rows);

    /// <summary>An array of that length, perhaps a slice of a longer one.</summary>
    public IArrowArray Array(IArrowType type, int length)
    {
        int before = _random.Next(3) == 0 ? _random.Next(20) : 0;
        int after = _random.Next(3) == 0 ? _random.Next(20) : 0;
        return ArrowArrayFactory.Slice(ArrowArrayFactory.BuildArray(Data(type, before + length + after)), before, length);
    }

    private ArrayData Data(IArrowType type, int length)
    {
        int nulls = _random.Next(2) == 0 ? 0 : -1;
        var validity = nulls == 0 ? ArrowBuffer.Empty : Random((length + 7) / 8);
        switch (type)
        {
            case NullType:
                return new ArrayData(type, length, length, 0, System.Array.Empty<ArrowBuffer>(), System.Array.Empty<ArrayData>());
            case DictionaryType dictionary:
                int entries = 1 + _random.Next(100);
                return new ArrayData(
                    type, length, nulls, 0, [validity, Indices(dictionary, length, entries)], [],
                        Array(dictionary.ValueType, entries).Data);
            case FixedWidthType fixedWidth when type is Date32Type or FloatingPointType:
                return new ArrayData(type, length, nulls, 0, [validity, SmallNumbers(fixedWidth, length)], []);
            case FixedWidthType fixedWidth:
                return new ArrayData(type, length, nulls, 0, [validity, Random(((length * fixedWidth.BitWidth) + 7) / 8)], []);
            case StringType or BinaryType:
                var offsets = Offsets(length, 12);
                return new ArrayData(type, length, nulls, 0, [validity, View(offsets), Ascii(offsets[^1])], []);
            case LargeStringType or LargeBinaryType:
                offsets = Offsets(length, 12);
                return new ArrayData(type, length, nulls, 0, [validity, View(Wide(offsets)), Ascii(offsets[^1])], []);
            case ListType list:
                offsets = Offsets(length, 4);
                return new ArrayData(type, length, nulls, 0, [validity, View(offsets)], [Array(list.ValueDataType, offsets[^1]).Data]);
            case LargeListType list:
                offsets = Offsets(length, 4);
                return new ArrayData(
                    type, length, nulls, 0, [validity, View(Wide(offsets))], [Array(list.ValueDataType, offsets[^1]).Data]);
            case FixedSizeListType list:
                return new ArrayData(type, length, nulls, 0, [validity], [Array(list.ValueDataType, length * list.ListSize).Data]);
            case StructType record:
                return new ArrayData(
                    type, length, nulls, 0, [validity], [.. record.Fields.Select(field => Array(field.DataType, length).Data)]);
            default:
                throw new InvalidOperationException(type.Name);
        }
    }

    private static long[] Wide(int[] offsets) => System.Array.ConvertAll(offsets, offset => (long)offset);

    private static ArrowBuffer View<T>(T[] values)
        where T : unmanaged => new(MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    private int[] Offsets(int length, int largest)
    {
        var offsets = new int[length + 1];
        offsets[0] = _random.Next(3) == 0 ? _random.Next(5) : 0;
        for (int i = 0; i < length; i++)
            offsets[i + 1] = offsets[i] + _random.Next(largest);
        return offsets;
    }

    private ArrowBuffer Indices(DictionaryType type, int length, int entries)
    {
        int width = type.BitWidth / 8;
        var bytes = new byte[length * width];
        for (int i = 0; i < length; i++)
            bytes[i * width] = (byte)_random.Next(entries);
        return new ArrowBuffer(bytes);
    }

    private ArrowBuffer SmallNumbers(FixedWidthType type, int length) => type.TypeId switch
    {
        ArrowTypeId.Date32 => View(Numbers(length, n => n)),
        ArrowTypeId.Float => View(Numbers(length, n => n * 0.37f)),
        ArrowTypeId.Double => View(Numbers(length, n => n * 0.37)),
        _ => View(Numbers(length, n => (Half)n)),
    };

    private T[] Numbers<T>(int length, Func<int, T> make) => [.. Enumerable.Range(0, length).Select(_ => make(_random.Next(-5000, 5000)))];

    private ArrowBuffer Random(int bytes)
    {
        var buffer = new byte[bytes];
        _random.NextBytes(buffer);
        return new ArrowBuffer(buffer);
    }

    private ArrowBuffer Ascii(int bytes)
    {
        var buffer = new byte[bytes];
        foreach (ref byte letter in buffer.AsSpan())
            letter = (byte)_random.Next(32, 127);
        return new ArrowBuffer(buffer);
    }

    private string Text() => string.Concat(Enumerable.Range(0, _random.Next(6)).Select(_ => "aé\"\0<漢"[_random.Next(6)]));
}
