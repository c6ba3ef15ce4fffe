using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Apache.Arrow.FlatBuffers;
using Apache.Arrow.Types;
using F = Apache.Arrow.Ipc.MessageFormat;

namespace Apache.Arrow.Ipc;

/// <summary>
/// Makes arrays over the body of one record batch or dictionary batch. Nothing is copied unless it is compressed. Whatever later code
/// indexes with (lengths, offsets, dictionary indices) is checked here, once.
/// </summary>
internal ref struct BatchDecoder
{
    private readonly string _where;
    private readonly BufferDecoder _body;
    private readonly ReadOnlySpan<byte> _nodes;
    private readonly ReadOnlySpan<byte> _buffers;
    private readonly IReadOnlyDictionary<long, ArrayData> _dictionaries;
    private int _node;
    private int _buffer;

    public BatchDecoder(
        string where,
        FlatTable batch,
        ReadOnlyMemory<byte> body,
        IReadOnlyDictionary<long, ArrayData> dictionaries,
        ICompressionCodecFactory? codecs)
    {
        _where = where;
        _dictionaries = dictionaries;
        long rows = batch.Int64(F.RecordBatch.Length);
        if (rows is < 0 or > int.MaxValue)
            throw Malformed("", $"0 to {int.MaxValue} rows", $"{rows}");
        Length = (int)rows;
        _nodes = batch.Structs(F.RecordBatch.Nodes, F.RecordBatch.NodeSize);
        _buffers = batch.Structs(F.RecordBatch.Buffers, F.RecordBatch.BufferSize);
        _body = BufferDecoder.Create(where, batch, body, codecs);
    }

    public int Length { get; }

    /// <summary>All columns, each of <see cref="Length"/> rows.</summary>
    public List<ArrayData> Decode(IReadOnlyList<ColumnLayout> columns)
    {
        using var owned = _body;
        var arrays = new List<ArrayData>(columns.Count);
        foreach (var column in columns)
        {
            var array = Decode(column, column.Field.Name);
            if (array.Length != Length)
                throw Malformed(column.Field.Name, $"{Length} rows", $"{array.Length}");
            arrays.Add(array);
        }

        if (_node * F.RecordBatch.NodeSize != _nodes.Length || _buffer * F.RecordBatch.BufferSize != _buffers.Length)
        {
            throw Malformed(
                "",
                $"{_node} arrays and {_buffer} buffers as the schema says",
                $"{_nodes.Length / F.RecordBatch.NodeSize} and {_buffers.Length / F.RecordBatch.BufferSize}");
        }

        return arrays;
    }

    private ArrayData Decode(ColumnLayout column, string path)
    {
        var (length, nulls) = NextNode(path);
        if (column.DictionaryId is { } id)
            return DecodeDictionaryEncoded(column, id, path, length, nulls);

        var type = column.ValueType;
        switch (type)
        {
            case NullType:
                return new ArrayData(type, length, length, 0, System.Array.Empty<ArrowBuffer>(), System.Array.Empty<ArrayData>());
            case FixedWidthType fixedWidth:
                var validity = NextValidity(path, length, ref nulls);
                var values = NextBuffer(path, "values", (((long)length * fixedWidth.BitWidth) + 7) / 8);
                return new ArrayData(type, length, nulls, 0, [validity, values], System.Array.Empty<ArrayData>());
            case BinaryType or StringType:
                return DecodeBinary<int>(type, path, length, nulls);
            case LargeBinaryType or LargeStringType:
                return DecodeBinary<long>(type, path, length, nulls);
            case ListType:
                return DecodeList<int>(column, path, length, nulls);
            case LargeListType:
                return DecodeList<long>(column, path, length, nulls);
            case FixedSizeListType list:
                validity = NextValidity(path, length, ref nulls);
                var items = DecodeChild(column, 0, path, (long)length * list.ListSize);
                return new ArrayData(type, length, nulls, 0, [validity], [items]);
            case StructType:
                validity = NextValidity(path, length, ref nulls);
                var children = new ArrayData[column.Children.Length];
                for (int i = 0; i < children.Length; i++)
                    children[i] = DecodeChild(column, i, path, length);
                return new ArrayData(type, length, nulls, 0, [validity], children);
            default:
                throw new NotSupportedException($"{_where}, column {path}: Arrow type {type.Name} is not supported.");
        }
    }

    private ArrayData DecodeBinary<T>(IArrowType type, string path, int length, int nulls)
        where T : unmanaged
    {
        var validity = NextValidity(path, length, ref nulls);
        var offsets = NextOffsets<T>(path, length);
        var data = NextBuffer(path, "data", 0);
        CheckOffsets<T>(path, offsets, length, data.Length);
        return new ArrayData(type, length, nulls, 0, [validity, offsets, data], System.Array.Empty<ArrayData>());
    }

    private ArrayData DecodeList<T>(ColumnLayout column, string path, int length, int nulls)
        where T : unmanaged
    {
        var validity = NextValidity(path, length, ref nulls);
        var offsets = NextOffsets<T>(path, length);
        var values = DecodeChild(column, 0, path, 0);
        CheckOffsets<T>(path, offsets, length, values.Length);
        return new ArrayData(column.ValueType, length, nulls, 0, [validity, offsets], [values]);
    }

    private ArrayData DecodeDictionaryEncoded(ColumnLayout column, long id, string path, int length, int nulls)
    {
        var type = (DictionaryType)column.Field.DataType;
        var validity = NextValidity(path, length, ref nulls);
        var indices = NextBuffer(path, "dictionary indices", (long)length * type.BitWidth / 8);
        if (!_dictionaries.TryGetValue(id, out var dictionary))
            throw Malformed(path, $"a dictionary batch of id {id} before it", "none");
        CheckIndices(path, type, indices.Span, validity.Span, length, dictionary.Length);
        return new ArrayData(type, length, nulls, 0, [validity, indices], System.Array.Empty<ArrayData>(), dictionary);
    }

    private ArrayData DecodeChild(ColumnLayout column, int index, string path, long needed)
    {
        var layout = column.Children[index];
        string childPath = $"{path}.{layout.Field.Name}";
        var child = Decode(layout, childPath);
        return child.Length >= needed ? child : throw Malformed(childPath, $"at least {needed} values", $"{child.Length}");
    }

    private (int Length, int Nulls) NextNode(string path)
    {
        int at = _node++ * F.RecordBatch.NodeSize;
        if (at + F.RecordBatch.NodeSize > _nodes.Length)
            throw Malformed(path, "a length in the batch's metadata", "none");
        long length = BinaryPrimitives.ReadInt64LittleEndian(_nodes[at..]);
        long nulls = BinaryPrimitives.ReadInt64LittleEndian(_nodes[(at + 8)..]);
        if (length is < 0 or > int.MaxValue - 1)
            throw Malformed(path, $"0 to {int.MaxValue - 1} values", $"{length}");
        if (nulls < 0 || nulls > length)
            throw Malformed(path, $"0 to {length} nulls", $"{nulls}");
        return ((int)length, (int)nulls);
    }

    private ArrowBuffer NextBuffer(string path, string role, long needed)
    {
        int at = _buffer++ * F.RecordBatch.BufferSize;
        if (at + F.RecordBatch.BufferSize > _buffers.Length)
            throw Malformed(path, $"a buffer of {role} in the batch's metadata", "none");
        long offset = BinaryPrimitives.ReadInt64LittleEndian(_buffers[at..]);
        long length = BinaryPrimitives.ReadInt64LittleEndian(_buffers[(at + 8)..]);
        var memory = _body.Decode(offset, length, path, role);
        return memory.Length >= needed
            ? new ArrowBuffer(memory)
            : throw Malformed(path, $"at least {needed} bytes of {role}", $"{memory.Length}");
    }

    private ArrowBuffer NextValidity(string path, int length, ref int nulls)
    {
        var bitmap = NextBuffer(path, "validity", nulls == 0 ? 0 : BitUtility.ByteCount(length));
        if (nulls == 0)
            return ArrowBuffer.Empty;
        nulls = length - BitUtility.CountBits(bitmap.Span, 0, length);
        return bitmap;
    }

    private ArrowBuffer NextOffsets<T>(string path, int length)
        where T : unmanaged
    {
        int size = Marshal.SizeOf<T>();
        var offsets = NextBuffer(path, "offsets", length == 0 ? 0 : ((long)length + 1) * size);
        return length == 0 ? new ArrowBuffer(new byte[size]) : offsets;
    }

    private void CheckOffsets<T>(string path, ArrowBuffer offsets, int length, int limit)
        where T : unmanaged
    {
        int wrong = typeof(T) == typeof(int)
            ? FirstWrong(MemoryMarshal.Cast<byte, int>(offsets.Span)[..(length + 1)], limit)
            : FirstWrong(MemoryMarshal.Cast<byte, long>(offsets.Span)[..(length + 1)], limit);
        if (wrong >= 0)
            throw Malformed(path, $"offsets that never decrease, from 0 to {limit}", $"a wrong one at row {wrong}");
    }

    private static int FirstWrong(ReadOnlySpan<int> offsets, int limit)
    {
        int previous = 0;
        for (int i = 0; i < offsets.Length; i++)
        {
            if (offsets[i] < previous || offsets[i] > limit)
                return i;
            previous = offsets[i];
        }

        return -1;
    }

    private static int FirstWrong(ReadOnlySpan<long> offsets, int limit)
    {
        long previous = 0;
        for (int i = 0; i < offsets.Length; i++)
        {
            if (offsets[i] < previous || offsets[i] > limit)
                return i;
            previous = offsets[i];
        }

        return -1;
    }

    private void CheckIndices(
        string path, DictionaryType type, ReadOnlySpan<byte> indices, ReadOnlySpan<byte> validity, int length, int limit)
    {
        bool signed = ((IntegerType)type.IndexType).IsSigned;
        for (int i = 0; i < length; i++)
        {
            if (!validity.IsEmpty && !BitUtility.GetBit(validity, i))
                continue;
            ulong index = (type.BitWidth, signed) switch
            {
                (8, true) => (ulong)(sbyte)indices[i],
                (8, false) => indices[i],
                (16, true) => (ulong)MemoryMarshal.Cast<byte, short>(indices)[i],
                (16, false) => MemoryMarshal.Cast<byte, ushort>(indices)[i],
                (32, true) => (ulong)MemoryMarshal.Cast<byte, int>(indices)[i],
                (32, false) => MemoryMarshal.Cast<byte, uint>(indices)[i],
                _ => MemoryMarshal.Cast<byte, ulong>(indices)[i],
            };
            if (index >= (ulong)limit)
                throw Malformed(path, $"dictionary indices below {limit}", $"{(signed ? (long)index : index)} at row {i}");
        }
    }

    private readonly InvalidDataException Malformed(string path, string expected, string found) =>
        new($"{_where}{(path.Length == 0 ? "" : $", column {path}")}: expected {expected}, found {found}.");
}
