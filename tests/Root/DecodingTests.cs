using System.Buffers.Binary;

namespace DaprHep.Root.Tests;

/// <summary>Nodes on bytes written by hand.</summary>
public class DecodingTests
{
    private static readonly RecordLocation Nowhere = new("test", "bytes");

    private static readonly StreamerInfo Point = new(
        "Point",
        3,
        0xABCD,
        [
            new StreamerElement { Kind = "TStreamerBasicType", Name = "x", Type = ElementType.Short, TypeName = "short" },
            new StreamerElement { Kind = "TStreamerBasicType", Name = "n", Type = ElementType.Counter, TypeName = "int" },
            new StreamerElement
            {
                Kind = "TStreamerBasicPointer", Name = "a", Type = ElementType.PointerArray + ElementType.UChar, CountName = "n",
            },
        ]);

    [Fact]
    public void A_vector_member_has_a_header_a_count_and_its_items()
    {
        var columns = Decode("vector<float>", "40000000 0009 00000002 3FC00000 40000000");
        columns[0].Lengths.ToArray().ShouldBe([2]);
        columns[1].Values<float>().ToArray().ShouldBe([1.5f, 2f]);
    }

    [Fact]
    public void A_vector_in_a_vector_has_no_header_of_its_own()
    {
        var columns = Decode("vector<vector<short> >", "40000000 0009 00000002 00000001 0007 00000002 0008 0009");
        columns.Select(c => c.Path).ShouldBe(["", "[]", "[][]"]);
        columns[1].Lengths.ToArray().ShouldBe([1, 2]);
        columns[2].Values<short>().ToArray().ShouldBe([7, 8, 9]);
    }

    [Fact]
    public void Objects_in_a_vector_have_headers()
    {
        var columns = Decode("vector<Point>", "40000000 0009 00000001 4000000A 0003 0005 00000001 01 FF");
        columns.Single(c => c.Path == "[].x").Values<short>().ToArray().ShouldBe([5]);
    }

    [Fact]
    public void A_vector_stored_member_wise_has_the_first_member_of_all_objects_first()
    {
        // Header with bit 14, version of the class, two objects: x x, n n, then an array each with its flag.
        var columns = Decode("vector<Point>", "40000000 4009 0003 00000002 0001 0002 00000002 00000000 01 AA BB 00");
        columns.Single(c => c.Path == "[].x").Values<short>().ToArray().ShouldBe([1, 2]);
        columns.Single(c => c.Path == "[].a").Lengths.ToArray().ShouldBe([2, 0]);
        columns.Single(c => c.Path == "[].a[]").Values<byte>().ToArray().ShouldBe([0xAA, 0xBB]);
    }

    [Fact]
    public void A_map_stored_member_wise_has_all_keys_first()
    {
        var columns = Decode("map<int,string>", "40000000 4009 0000 12345678 00000002 00000001 00000002 40000008 0009 0161 03626364");
        columns.Select(c => c.Path).ShouldBe(["", "[].0", "[].1"]);
        columns[1].Values<int>().ToArray().ShouldBe([1, 2]);
        System.Text.Encoding.UTF8.GetString(columns[2].Bytes).ShouldBe("abcd");
        columns[2].Lengths.ToArray().ShouldBe([1, 3]);
    }

    [Fact]
    public void Referenced_objects_have_two_more_bytes_behind_their_fBits()
    {
        var node = new BitsNode("[]");
        var cursor = Cursor("02000000 03000010 0001 03000000 03000010 0002");
        node.Read(ref cursor, 4);
        cursor.Remaining.ShouldBe(0);
        var columns = node.Columns.ToList();
        columns[0].Values<uint>().ToArray().ShouldBe([0x02000000u, 0x03000010u, 0x03000000u, 0x03000010u]);
        columns[1].Values<ushort>().ToArray().ShouldBe([(ushort)1, (ushort)2]);
    }

    [Theory]
    [InlineData("", true, "40400000", 3.0)]
    [InlineData("[0,10,8]", true, "00000080", 5.0)]
    [InlineData("[-pi,pi,16] angle", true, "00008000", 0.0)]
    [InlineData("[n][0,1,2]", true, "00000001", 0.25)]
    [InlineData("[0,0,10]", true, "80 0200", 3.0)]
    [InlineData("", false, "80 0800", 3.0)]
    [InlineData("f[0,0,16]", false, "80 2800", -3.0)]
    public void Truncated_numbers_follow_the_range_in_the_title(string title, bool isDouble, string bytes, double value)
    {
        var node = new TruncatedNode("", TruncatedRange.Parse(title), isDouble);
        var cursor = Cursor(bytes);
        node.Read(ref cursor, 1);
        cursor.Remaining.ShouldBe(0);
        var read = isDouble ? node.Column.Values<double>()[0] : node.Column.Values<float>()[0];
        read.ShouldBe(value, 1e-9);
    }

    [Fact]
    public void An_array_longer_than_its_bytes_is_refused() =>
        Should.Throw<RootFormatException>(() => Decode("vector<float>", "40000000 0009 7FFFFFFF 00000000"));

    [Theory]
    [InlineData("std::vector<std::map<int, std::string> >", "vector", 1)]
    [InlineData("map<unsigned int,vector<pair<int,float> >,less<unsigned int> >", "map", 3)]
    [InlineData("const unsigned long", "unsigned long", 0)]
    [InlineData("vector<", "vector<", 0)]
    public void Type_names_are_parsed(string text, string name, int arguments)
    {
        var type = CppType.Parse(text);
        type.Name.ShouldBe(name);
        type.Arguments.Count.ShouldBe(arguments);
    }

    [Fact]
    public void A_counted_array_in_a_split_collection_takes_its_lengths_from_the_branch_beside_it()
    {
        if (TestFiles.Shared("root-corpus/files/Event3a.root") is not { } path)
            return;
        using var file = RootFile.Open(path);
        var branch = file.Tree("T").Find("fTracks.fPointValue");
        using var arrays = branch.ReadValues();
        arrays.Next().ShouldBeTrue();
        using var lengths = BranchElement.CounterOf(branch).ReadValues();
        lengths.Next().ShouldBeTrue();
        arrays.Columns[1].Lengths.ToArray().Select(l => (long)l).ShouldBe(
            Enumerable.Range(0, arrays.Columns[1].Count).Select(i => lengths.Columns[1].IntegerFromEnd(lengths.Columns[1].Count - i)));
    }

    private static List<ValueColumn> Decode(string type, string hex)
    {
        var registry = new StreamerRegistry();
        registry.Add(Point);
        var node = new NodeBuilder(registry, new Dictionary<string, StreamerInfo>()).OfType(type, "");
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        // The outer byte count is written here, so that the texts above need not be counted.
        BinaryPrimitives.WriteUInt32BigEndian(bytes, 0x40000000u | (uint)(bytes.Length - 4));
        var cursor = new RootCursor(bytes, Nowhere);
        node.Read(ref cursor, 1);
        cursor.Remaining.ShouldBe(0);
        return [.. node.Columns];
    }

    private static RootCursor Cursor(string hex) => new(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), Nowhere);
}
