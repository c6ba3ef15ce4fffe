using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Apache.Arrow.FlatBuffers;
using Apache.Arrow.Types;
using F = Apache.Arrow.Ipc.MessageFormat;

namespace Apache.Arrow.Ipc;

/// <summary>
/// Lays arrays out as the body of a batch. Buffers are referred to, not copied; only a bitmap that does not begin on a whole byte and
/// offsets that do not begin at 0, both of sliced arrays, are made anew, and compressed buffers.
/// </summary>
internal sealed class BatchEncoder(ICompressionCodec? codec, CompressionCodecType? codecType)
{
    private readonly List<(long Length, long Nulls)> _nodes = [];
    private readonly List<(ReadOnlyMemory<byte> Bytes, long Offset)> _buffers = [];

    /// <summary>What to write for the body, each part padded to 64 bytes.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Body => _buffers.Select(buffer => buffer.Bytes);

    public long BodyLength { get; private set; }

    public void Add(ArrayData array, ColumnLayout column)
    {
        if (array.DataType.TypeId != column.Field.DataType.TypeId)
        {
            throw new ArgumentException(
                $"Column {column.Field.Name}: the schema says {column.Field.DataType.Name}, but the array is of {array.DataType.Name}.");
        }

        Add(array);
    }

    /// <summary>The RecordBatch table.</summary>
    public int Encode(FlatBufferWriter writer, long rows)
    {
        var nodeStructs = new byte[_nodes.Count * F.RecordBatch.NodeSize];
        for (int i = 0; i < _nodes.Count; i++)
            WritePair(nodeStructs.AsSpan(i * F.RecordBatch.NodeSize), _nodes[i].Length, _nodes[i].Nulls);
        var bufferStructs = new byte[_buffers.Count * F.RecordBatch.BufferSize];
        for (int i = 0; i < _buffers.Count; i++)
            WritePair(bufferStructs.AsSpan(i * F.RecordBatch.BufferSize), _buffers[i].Offset, _buffers[i].Bytes.Length);

        int bufferVector = writer.Structs(bufferStructs, _buffers.Count);
        int nodeVector = writer.Structs(nodeStructs, _nodes.Count);
        int compression = 0;
        if (codecType is { } type)
        {
            writer.BeginTable(F.Compression.Slots);
            writer.Byte(F.Compression.Codec, (byte)type);
            writer.Byte(F.Compression.Method, 0);
            compression = writer.EndTable();
        }

        writer.BeginTable(F.RecordBatch.Slots);
        writer.Int64(F.RecordBatch.Length, rows);
        writer.Reference(F.RecordBatch.Nodes, nodeVector);
        writer.Reference(F.RecordBatch.Buffers, bufferVector);
        writer.Reference(F.RecordBatch.Compression, compression);
        return writer.EndTable();
    }

    private static void WritePair(Span<byte> destination, long first, long second)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination, first);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], second);
    }

    private void Add(ArrayData array)
    {
        int nulls = array.DataType is NullType ? array.Length : array.GetNullCount();
        _nodes.Add((array.Length, nulls));
        if (array.DataType is NullType)
            return;
        AddBuffer(nulls == 0 ? default : Bits(array.Buffers[0], array.Offset, array.Length));
        switch (array.DataType)
        {
            case BooleanType:
                AddBuffer(Bits(array.Buffers[1], array.Offset, array.Length));
                break;
            case FixedWidthType type:
                int width = type.BitWidth / 8;
                AddBuffer(array.Length == 0 ? default
                    : array.Buffers[1].Memory.Slice(checked(array.Offset * width), checked(array.Length * width)));
                break;
            case BinaryType or StringType:
                var (first, last) = AddInt32Offsets(array);
                AddBuffer(array.Buffers[2].Memory[first..last]);
                break;
            case LargeBinaryType or LargeStringType:
                (first, last) = AddInt64Offsets(array);
                AddBuffer(array.Buffers[2].Memory[first..last]);
                break;
            case ListType:
                (first, last) = AddInt32Offsets(array);
                AddChild(array, 0, first, last - first);
                break;
            case LargeListType:
                (first, last) = AddInt64Offsets(array);
                AddChild(array, 0, first, last - first);
                break;
            case FixedSizeListType type:
                AddChild(array, 0, checked(array.Offset * type.ListSize), checked(array.Length * type.ListSize));
                break;
            case StructType:
                for (int i = 0; i < array.Children.Length; i++)
                    AddChild(array, i, array.Offset, array.Length);
                break;
            default:
                throw new NotSupportedException($"Arrow type {array.DataType.Name} cannot be written.");
        }
    }

    private void AddChild(ArrayData array, int index, int offset, int length)
    {
        var child = array.Children[index];
        if (child.Length < (long)offset + length)
        {
            throw new ArgumentException(
                $"An array of type {array.DataType.Name} refers to {(long)offset + length} values, but its child has {child.Length}.");
        }

        Add(offset == 0 && child.Length == length ? child : child.Slice(offset, length));
    }

    private (int First, int Last) AddInt32Offsets(ArrayData array)
    {
        if (array.Length == 0)
        {
            AddBuffer(new byte[4]);
            return (0, 0);
        }

        var memory = array.Buffers[1].Memory.Slice(array.Offset * 4, (array.Length + 1) * 4);
        var offsets = MemoryMarshal.Cast<byte, int>(memory.Span);
        int first = offsets[0];
        int last = offsets[^1];
        if (first != 0)
        {
            var moved = new byte[memory.Length];
            var movedOffsets = MemoryMarshal.Cast<byte, int>(moved.AsSpan());
            for (int i = 0; i < offsets.Length; i++)
                movedOffsets[i] = offsets[i] - first;
            memory = moved;
        }

        AddBuffer(memory);
        return (first, last);
    }

    private (int First, int Last) AddInt64Offsets(ArrayData array)
    {
        if (array.Length == 0)
        {
            AddBuffer(new byte[8]);
            return (0, 0);
        }

        var memory = array.Buffers[1].Memory.Slice(array.Offset * 8, (array.Length + 1) * 8);
        var offsets = MemoryMarshal.Cast<byte, long>(memory.Span);
        int first = checked((int)offsets[0]);
        int last = checked((int)offsets[^1]);
        if (first != 0)
        {
            var moved = new byte[memory.Length];
            var movedOffsets = MemoryMarshal.Cast<byte, long>(moved.AsSpan());
            for (int i = 0; i < offsets.Length; i++)
                movedOffsets[i] = offsets[i] - first;
            memory = moved;
        }

        AddBuffer(memory);
        return (first, last);
    }

    /// <summary>Bits from an offset on, moved to begin on a byte when they do not.</summary>
    private static ReadOnlyMemory<byte> Bits(ArrowBuffer bitmap, int offset, int length)
    {
        int bytes = BitUtility.ByteCount(length);
        if (length == 0)
            return default;
        if (offset % 8 == 0)
            return bitmap.Memory.Slice(offset / 8, bytes);
        var source = bitmap.Span[(offset / 8)..BitUtility.ByteCount(offset + length)];
        var moved = new byte[bytes];
        int shift = offset % 8;
        for (int i = 0; i < bytes; i++)
        {
            int high = i + 1 < source.Length ? source[i + 1] : 0;
            moved[i] = (byte)((source[i] >> shift) | (high << (8 - shift)));
        }

        return moved;
    }

    private void AddBuffer(ReadOnlyMemory<byte> bytes)
    {
        if (codec is not null && bytes.Length > 0)
            bytes = Compress(bytes, codec);
        _buffers.Add((bytes, BodyLength));
        BodyLength += BitUtility.RoundUpToMultiplePowerOfTwo(bytes.Length, F.BufferAlignment);
    }

    // A buffer that gets no smaller could be stored as it is, with −1 as its length. Arrow's C++ does so only when asked, and several readers
    // of others take the −1 for a length, so all are compressed.
    private static ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> bytes, ICompressionCodec codec)
    {
        var compressed = new MemoryStream();
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, bytes.Length);
        compressed.Write(prefix);
        codec.Compress(bytes, compressed);
        return compressed.GetBuffer().AsMemory(0, (int)compressed.Length);
    }
}
