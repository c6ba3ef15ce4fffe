using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DaprHep.Root;

/// <summary>Turns big-endian values into the machine's, a whole span at a time (vectorised by the runtime).</summary>
internal static class ByteOrder
{
    /// <summary>Copies values of one type, swapped; truth values become 0 or 1, whatever byte was stored.</summary>
    public static void Copy(ReadOnlySpan<byte> source, Span<byte> target, DataType type)
    {
        switch (DataTypes.BytesOf(type))
        {
            case 1 when type == DataType.Bool:
                for (var i = 0; i < source.Length; i++)
                    target[i] = source[i] == 0 ? (byte)0 : (byte)1;
                break;
            case 1:
                source.CopyTo(target);
                break;
            case 2:
                BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, ushort>(source), MemoryMarshal.Cast<byte, ushort>(target));
                break;
            case 4:
                BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, uint>(source), MemoryMarshal.Cast<byte, uint>(target));
                break;
            default:
                BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, ulong>(source), MemoryMarshal.Cast<byte, ulong>(target));
                break;
        }
    }
}
