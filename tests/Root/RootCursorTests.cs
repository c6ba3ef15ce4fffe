using FsCheck;
using FsCheck.Fluent;

namespace DaprHep.Root.Tests;

public class RootCursorTests
{
    private static readonly RecordLocation Nowhere = new("test", "bytes");

    [Fact]
    public void Numbers_are_big_endian()
    {
        var cursor = new RootCursor([0x01, 0x02, 0x03, 0x04, 0x3F, 0x80, 0, 0, 0xFF], Nowhere);
        cursor.ReadInt32().ShouldBe(0x01020304);
        cursor.ReadSingle().ShouldBe(1f);
        cursor.ReadSByte().ShouldBe((sbyte)-1);
        cursor.Remaining.ShouldBe(0);
    }

    [Fact]
    public void Reading_past_the_end_is_a_format_error_with_the_position()
    {
        var error = Should.Throw<RootFormatException>(() => new RootCursor([1, 2, 3], Nowhere, origin: 100).ReadInt32());
        error.Offset.ShouldBe(100);
        error.Found.ShouldBe("3 left");
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    [InlineData(2)]
    public void A_count_beyond_what_is_left_is_refused(int count)
    {
        var bytes = new byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bytes, count);
        Should.Throw<RootFormatException>(() => new RootCursor(bytes, Nowhere).ReadCount(4, "items"));
    }

    [Fact]
    public void A_long_string_has_its_length_in_four_more_bytes()
    {
        byte[] bytes = [255, 0, 0, 1, 0, .. Enumerable.Repeat((byte)'x', 256)];
        new RootCursor(bytes, Nowhere).ReadString().ShouldBe(new string('x', 256));
    }

    [Fact]
    public void An_object_header_with_a_byte_count_says_where_the_object_ends()
    {
        var cursor = new RootCursor([0x40, 0, 0, 6, 0, 9, 1, 2, 3, 4], Nowhere);
        var header = cursor.ReadObjectHeader();
        header.Version.ShouldBe((short)9);
        header.End.ShouldBe(10);
    }

    [Fact]
    public void Any_bytes_read_by_any_row_of_reads_end_in_values_or_a_format_error() =>
        Prop.ForAll<byte[], int[]>((bytes, reads) =>
        {
            try
            {
                var cursor = new RootCursor(bytes, Nowhere);
                foreach (var read in reads)
                {
                    switch ((uint)read % 7)
                    {
                        case 0: cursor.ReadString(); break;
                        case 1: cursor.ReadCount(4, "items"); break;
                        case 2: cursor.ReadObjectHeader(); break;
                        case 3: cursor.Position = read; break;
                        case 4: cursor.ReadCString(); break;
                        case 5: cursor.Skip(read); break;
                        default: cursor.ReadInt64(); break;
                    }
                    cursor.Position.ShouldBeInRange(0, bytes.Length);
                }
            }
            catch (RootFormatException)
            {
            }
        }).QuickCheckThrowOnFailure();
}
