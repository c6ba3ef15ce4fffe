using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace DaprHep.Learning.Artifacts.Onnx;

/// <summary>
/// Writes messages in protobuf's wire format (protobuf.dev/programming-guides/encoding): what ONNX needs of it. Fields come in the order
/// in which they are written, so that the same calls give the same bytes.
/// </summary>
internal sealed class ProtobufWriter
{
    private const int Varint = 0, Delimited = 2, Fixed32 = 5;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    internal ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    internal void Number(int field, long value)
    {
        Tag(field, Varint);
        WriteVarint((ulong)value);
    }

    internal void Number(int field, float value)
    {
        Tag(field, Fixed32);
        BinaryPrimitives.WriteSingleLittleEndian(_bytes.GetSpan(sizeof(float)), value);
        _bytes.Advance(sizeof(float));
    }

    internal void Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    internal void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, Delimited);
        WriteVarint((ulong)value.Length);
        _bytes.Write(value);
    }

    internal void Message(int field, Action<ProtobufWriter> write)
    {
        var message = new ProtobufWriter();
        write(message);
        Bytes(field, message.Written);
    }

    /// <summary>Adds all fields of another writer.</summary>
    internal void Append(ProtobufWriter fields) => _bytes.Write(fields.Written);

    private void Tag(int field, int wireType) => WriteVarint((ulong)(field << 3 | wireType));

    private void WriteVarint(ulong value)
    {
        Span<byte> bytes = stackalloc byte[10];
        var length = 0;
        for (; value >= 0x80; value >>= 7)
            bytes[length++] = (byte)(value | 0x80);
        bytes[length++] = (byte)value;
        _bytes.Write(bytes[..length]);
    }
}
