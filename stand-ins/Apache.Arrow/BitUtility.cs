using System.Numerics;
using System.Runtime.InteropServices;

namespace Apache.Arrow;

/// <summary>Bits of Arrow bitmaps, least significant bit first, and sizes rounded as the format wants them.</summary>
public static class BitUtility
{
    public static bool GetBit(byte data, int index) => ((data >> (index & 7)) & 1) != 0;

    public static bool GetBit(ReadOnlySpan<byte> data, int index) => ((data[index >> 3] >> (index & 7)) & 1) != 0;

    public static void ClearBit(Span<byte> data, int index) => data[index >> 3] &= (byte)~(1 << (index & 7));

    public static void SetBit(Span<byte> data, int index) => data[index >> 3] |= (byte)(1 << (index & 7));

    public static void SetBit(Span<byte> data, int index, bool value)
    {
        if (value)
            SetBit(data, index);
        else
            ClearBit(data, index);
    }

    public static void ToggleBit(Span<byte> data, int index) => data[index >> 3] ^= (byte)(1 << (index & 7));

    /// <summary>Set bits in all of <paramref name="data"/>.</summary>
    public static int CountBits(ReadOnlySpan<byte> data)
    {
        int count = 0;
        var words = MemoryMarshal.Cast<byte, ulong>(data);
        foreach (ulong word in words)
            count += BitOperations.PopCount(word);
        foreach (byte rest in data[(words.Length * 8)..])
            count += BitOperations.PopCount(rest);
        return count;
    }

    /// <summary>Set bits from bit <paramref name="index"/> on.</summary>
    public static int CountBits(ReadOnlySpan<byte> data, int index) => CountBits(data, index, (data.Length * 8) - index);

    /// <summary>Set bits among <paramref name="length"/> bits from bit <paramref name="index"/> on.</summary>
    public static int CountBits(ReadOnlySpan<byte> data, int index, int length)
    {
        int end = checked(index + length);
        int count = 0;
        while (index < end && (index & 7) != 0)
            count += GetBit(data, index++) ? 1 : 0;
        int whole = (end - index) >> 3;
        count += CountBits(data.Slice(index >> 3, whole));
        for (index += whole << 3; index < end; index++)
            count += GetBit(data, index) ? 1 : 0;
        return count;
    }

    public static long RoundUpToMultipleOf64(long n) => RoundUpToMultiplePowerOfTwo(n, 64);

    public static long RoundUpToMultipleOf8(long n) => RoundUpToMultiplePowerOfTwo(n, 8);

    public static long RoundUpToMultiplePowerOfTwo(long n, int factor) => (n + factor - 1) & ~((long)factor - 1);

    /// <summary>Bytes that hold <paramref name="n"/> bits.</summary>
    public static int ByteCount(int n) => (int)(((long)n + 7) >> 3);
}
