using System.Buffers.Binary;
using System.IO.Compression;

namespace DaprHep.Root.Tests.Fuzzing;

/// <summary>Damages a file in one of the ways that files are damaged, or made to do harm. The same number does the same damage.</summary>
internal static class Mutation
{
    private static readonly int[] Lies =
    [
        0, 1, -1, 2, 255, 256, 0x7FFF, 0x8000, 0xFFFF, 0x10000, int.MaxValue, int.MinValue, int.MaxValue - 8,
        0x40000000, 0x40000001, 0x4000FFFF, 0x7FFFFF00, 1 << 24, unchecked((int)0x80000000), 1_000_000_000,
    ];

    private static readonly byte[] Bomb = MakeBomb();

    public static byte[] Apply(byte[] seed, int number)
    {
        var random = new Random(number);
        var bytes = (byte[])seed.Clone();
        var rounds = 1 + random.Next(3);
        for (var i = 0; i < rounds; i++)
            bytes = Once(bytes, random);
        return bytes;
    }

    private static byte[] Once(byte[] bytes, Random random)
    {
        if (bytes.Length < 64)
            return bytes;
        switch (random.Next(10))
        {
            case 0: // flipped bits
                for (var i = random.Next(1, 9); i > 0; i--)
                    bytes[Place(bytes, random)] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1: // cut
                return bytes[..random.Next(bytes.Length)];
            case 2 or 3: // a length, count or offset that lies
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(Place(bytes, random)), Lies[random.Next(Lies.Length)]);
                return bytes;
            case 4: // a number slightly off
                var near = bytes.AsSpan(Place(bytes, random));
                BinaryPrimitives.WriteInt32BigEndian(near, BinaryPrimitives.ReadInt32BigEndian(near) + random.Next(-8, 9));
                return bytes;
            case 5: // a version that lies
                BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(Place(bytes, random)), (short)random.Next(-2, 25));
                return bytes;
            case 6: // a compressed or raw size that lies
                var tag = bytes.AsSpan().IndexOf(TagOf(random));
                if (tag > 0 && tag + 9 < bytes.Length)
                    random.NextBytes(bytes.AsSpan(tag + 3 + 3 * random.Next(2), 3));
                return bytes;
            case 7: // a piece of the file over another: keys and directories that point at themselves or each other
                var length = Math.Min(random.Next(4, 200), bytes.Length / 2);
                bytes.AsSpan(random.Next(bytes.Length - length), length).CopyTo(bytes.AsSpan(random.Next(bytes.Length - length)));
                return bytes;
            case 8: // a position that points somewhere else in the file
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(Place(bytes, random)), random.Next(bytes.Length));
                return bytes;
            default:
                return random.Next(50) == 0 ? WithBomb(bytes, random) : bytes;
        }
    }

    /// <summary>A place to write four bytes: half the time near the start or the end, where header, trees and keys are.</summary>
    private static int Place(byte[] bytes, Random random)
    {
        var last = bytes.Length - 4;
        return random.Next(4) switch
        {
            0 => random.Next(Math.Min(last, 400)),
            1 => last - random.Next(Math.Min(last, 4000)),
            _ => random.Next(last),
        };
    }

    private static ReadOnlySpan<byte> TagOf(Random random) => random.Next(5) switch
    {
        0 => "XZ"u8,
        1 => "L4"u8,
        2 => "ZS"u8,
        3 => "CS"u8,
        _ => "ZL\x08"u8,
    };

    /// <summary>Puts blocks that inflate 1000 to 1 behind a record's key.</summary>
    private static byte[] WithBomb(byte[] bytes, Random random)
    {
        var tag = bytes.AsSpan().LastIndexOf("ZL\x08"u8);
        if (tag < 100)
            return bytes;
        var blocks = random.Next(1, 14);
        var output = new MemoryStream();
        output.Write(bytes.AsSpan(0, tag));
        for (var i = 0; i < blocks; i++)
            output.Write(Bomb);
        output.Write(bytes.AsSpan(tag));
        return output.ToArray();
    }

    private static byte[] MakeBomb()
    {
        const int Raw = (1 << 24) - 1;
        var output = new MemoryStream();
        using (var zlib = new ZLibStream(output, CompressionLevel.SmallestSize, leaveOpen: true))
            zlib.Write(new byte[Raw]);
        var content = output.ToArray();
        return [(byte)'Z', (byte)'L', 8, .. Little(content.Length), .. Little(Raw), .. content];
    }

    private static byte[] Little(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16)];
}
