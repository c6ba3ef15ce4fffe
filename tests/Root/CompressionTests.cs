using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace DaprHep.Root.Tests;

/// <summary>Compressed blocks of each kind, made without ROOT.</summary>
public class CompressionTests
{
    private static readonly RecordLocation Nowhere = new("test", "record");
    private static readonly byte[] Text = "hello, baskets"u8.ToArray();

    public static TheoryData<string> Tags => ["ZL", "CS", "XZ", "L4", "ZS"];

    [Theory]
    [MemberData(nameof(Tags))]
    public void A_block_inflates_to_what_was_compressed(string tag) => Inflate([.. Block(tag)], Text.Length).ShouldBe(Text);

    [Theory]
    [MemberData(nameof(Tags))]
    public void Blocks_follow_one_another(string tag) => Inflate([.. Block(tag), .. Block("ZL")], 2 * Text.Length).ShouldBe([.. Text, .. Text]);

    [Theory]
    [InlineData("ZL")]
    [InlineData("XZ")]
    [InlineData("L4")]
    public void A_changed_byte_is_found_by_the_checksum(string tag)
    {
        var block = Block(tag);
        block[^6] ^= 1;
        Should.Throw<RootFormatException>(() => Inflate(block, Text.Length));
    }

    [Theory]
    [MemberData(nameof(Tags))]
    public void A_block_that_holds_less_than_it_says_is_refused(string tag)
    {
        var block = Block(tag);
        block[6]++;
        Should.Throw<RootFormatException>(() => Inflate(block, Text.Length + 1));
    }

    [Fact]
    public void Blocks_that_do_not_add_up_to_the_object_are_refused_before_anything_is_inflated() =>
        Should.Throw<RootFormatException>(() => CompressedRecord.CheckBlocks(Block("ZL"), 1 << 20, Nowhere));

    [Fact]
    public void A_block_that_claims_more_than_deflate_can_hold_is_refused()
    {
        var block = Block("ZL");
        (block[6], block[7], block[8]) = (0xFF, 0xFF, 0xFF);
        Should.Throw<RootFormatException>(() => CompressedRecord.CheckBlocks(block, (1 << 24) - 1, Nowhere)).Expected.ShouldContain("at most");
    }

    [Fact]
    public void An_unknown_tag_is_named() =>
        Should.Throw<RootFormatException>(() => Inflate([.. "QQ"u8, .. Block("ZL").AsSpan(2)], Text.Length)).Found.ShouldContain("5151");

    private static byte[] Inflate(byte[] payload, int length)
    {
        CompressedRecord.CheckBlocks(payload, length, Nowhere);
        var target = new byte[length];
        CompressedRecord.Inflate(payload, target, Nowhere);
        return target;
    }

    private static byte[] Block(string tag)
    {
        byte[] content = tag switch
        {
            "ZL" => Compress(s => new ZLibStream(s, CompressionLevel.Optimal, leaveOpen: true)),
            "CS" => Compress(s => new DeflateStream(s, CompressionLevel.Optimal, leaveOpen: true)),
            "L4" => Lz4(),
            // A frame of one raw block: magic, single segment with its size, last block, 14 bytes.
            "ZS" => [0x28, 0xB5, 0x2F, 0xFD, 0x20, (byte)Text.Length, (byte)((Text.Length << 3) | 1), 0, 0, .. Text],
            _ => Convert.FromHexString(Xz),
        };
        return [(byte)tag[0], (byte)tag[1], 8, (byte)content.Length, 0, 0, (byte)Text.Length, 0, 0, .. content];
    }

    /// <summary>The text as written by xz, preset 1.</summary>
    private const string Xz =
        "FD377A585A000004E6D6B4460200210110000000A8708E8601000D68656C6C6F2C206261736B657473000000E6124CB5F2E3"
        + "868D0001260E081BE0041FB6F37D010000000004595A";

    private static byte[] Lz4()
    {
        // One sequence of literals: their number in the upper half of the token, the text.
        byte[] block = [(byte)(Text.Length << 4), .. Text];
        var result = new byte[8 + block.Length];
        BinaryPrimitives.WriteUInt64BigEndian(result, XxHash64.HashToUInt64(block));
        block.CopyTo(result, 8);
        return result;
    }

    private static byte[] Compress(Func<Stream, Stream> open)
    {
        using var output = new MemoryStream();
        using (var stream = open(output))
            stream.Write(Text);
        return output.ToArray();
    }
}
