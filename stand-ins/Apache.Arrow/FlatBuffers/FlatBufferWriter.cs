using System.Buffers.Binary;
using System.Text;

namespace Apache.Arrow.FlatBuffers;

/// <summary>
/// Writes a FlatBuffer (https://flatbuffers.dev/internals/) from its end to its beginning: what is referred to is written before
/// what refers to it. A reference is the distance of an object from the end of the buffer.
/// </summary>
internal sealed class FlatBufferWriter
{
    private byte[] _bytes = new byte[1024];
    private int _head = 1024;
    private int _alignment = 8;
    private int[] _fields = [];
    private int _tableEnd;

    private int Written => _bytes.Length - _head;

    public int String(string value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        Align(4, length + 1);
        Take(1)[0] = 0;
        Encoding.UTF8.GetBytes(value, Take(length));
        PushInt32(length);
        return Written;
    }

    /// <summary>A vector of references to tables or strings.</summary>
    public int References(ReadOnlySpan<int> references)
    {
        Align(4, 4 * references.Length);
        for (int i = references.Length - 1; i >= 0; i--)
            PushReference(references[i]);
        PushInt32(references.Length);
        return Written;
    }

    /// <summary>A vector of <paramref name="count"/> structs given as bytes, aligned to 8.</summary>
    public int Structs(ReadOnlySpan<byte> structs, int count)
    {
        Align(8, structs.Length);
        structs.CopyTo(Take(structs.Length));
        PushInt32(count);
        return Written;
    }

    public void BeginTable(int slots)
    {
        _fields = new int[slots];
        _tableEnd = Written;
    }

    public void Byte(int slot, byte value)
    {
        Align(1, 0);
        Take(1)[0] = value;
        _fields[slot] = Written;
    }

    public void Bool(int slot, bool value) => Byte(slot, value ? (byte)1 : (byte)0);

    public void Int16(int slot, short value)
    {
        Align(2, 0);
        BinaryPrimitives.WriteInt16LittleEndian(Take(2), value);
        _fields[slot] = Written;
    }

    public void Int32(int slot, int value)
    {
        Align(4, 0);
        PushInt32(value);
        _fields[slot] = Written;
    }

    public void Int64(int slot, long value)
    {
        Align(8, 0);
        BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);
        _fields[slot] = Written;
    }

    /// <summary>A reference field; a reference of 0 leaves it out.</summary>
    public void Reference(int slot, int reference)
    {
        if (reference == 0)
            return;
        Align(4, 0);
        PushReference(reference);
        _fields[slot] = Written;
    }

    public int EndTable()
    {
        Align(4, 0);
        PushInt32(0);
        int table = Written;
        for (int slot = _fields.Length - 1; slot >= 0; slot--)
            BinaryPrimitives.WriteUInt16LittleEndian(Take(2), _fields[slot] == 0 ? (ushort)0 : checked((ushort)(table - _fields[slot])));
        BinaryPrimitives.WriteUInt16LittleEndian(Take(2), checked((ushort)(table - _tableEnd)));
        BinaryPrimitives.WriteUInt16LittleEndian(Take(2), (ushort)(4 + (2 * _fields.Length)));
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_bytes.Length - table), Written - table);
        return table;
    }

    /// <summary>The finished buffer; the writer is empty afterwards.</summary>
    public byte[] Finish(int root)
    {
        Align(_alignment, 4);
        PushReference(root);
        byte[] result = _bytes[_head..];
        _bytes.AsSpan(_head).Clear();
        _head = _bytes.Length;
        _alignment = 8;
        return result;
    }

    /// <summary>Pads so that after <paramref name="following"/> more bytes the position is a multiple of <paramref name="size"/>.</summary>
    private void Align(int size, int following)
    {
        _alignment = Math.Max(_alignment, size);
        int padding = -(Written + following) & (size - 1);
        Take(padding).Clear();
    }

    private void PushReference(int reference) => PushInt32(Written + 4 - reference);

    private void PushInt32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

    private Span<byte> Take(int count)
    {
        if (count > _head)
        {
            int size = _bytes.Length;
            while (count > _head + (size - _bytes.Length))
                size = checked(size * 2);
            var grown = new byte[size];
            _bytes.AsSpan(_head).CopyTo(grown.AsSpan(size - Written));
            _head += size - _bytes.Length;
            _bytes = grown;
        }

        _head -= count;
        return _bytes.AsSpan(_head, count);
    }
}
