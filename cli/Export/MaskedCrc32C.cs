using System.Buffers.Binary;
using System.Numerics;

namespace DaprHep.Cli.Export;

/// <summary>The checksum of TFRecord: CRC-32C (Castagnoli, RFC 3720), rotated and offset, because records may themselves hold checksums.</summary>
internal static class MaskedCrc32C
{
    private const uint Offset = 0xA282EAD8;

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return BitOperations.RotateRight(~crc, 15) + Offset;
    }
}
