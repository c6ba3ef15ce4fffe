using System.Buffers.Binary;
using System.Text;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Models;
using FsCheck;
using FsCheck.Fluent;

namespace DaprHep.Learning.Tests.Artifacts;

public class SafetensorsTests
{
    [Fact]
    public void What_is_written_is_read_again() =>
        Prop.ForAll(Tensors(), tensors =>
        {
            var file = SafetensorsWriter.Write(tensors, new Dictionary<string, string> { ["made by"] = "ein Test «é»" });
            var read = SafetensorsReader.Read(file);
            read.Select(t => t.Name).ShouldBe(tensors.Select(t => t.Name), ignoreOrder: true);
            foreach (var tensor in read)
            {
                var written = tensors.Single(t => t.Name == tensor.Name);
                tensor.Shape.ShouldBe(written.Shape);
                tensor.Values.ShouldBe(written.Values);
            }

            SafetensorsWriter.Write(tensors, new Dictionary<string, string> { ["made by"] = "ein Test «é»" }).ShouldBe(file);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_layout_is_the_published_one()
    {
        var file = SafetensorsWriter.Write([new NamedTensor("w", [2, 1], [1f, -2f])]);
        const string Header = """{"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}""";
        BinaryPrimitives.ReadUInt64LittleEndian(file).ShouldBe(56UL);
        Encoding.UTF8.GetString(file, 8, 56).ShouldBe(Header.PadRight(56));
        Convert.ToHexString(file.AsSpan(64)).ShouldBe("0000803F000000C0");
    }

    [Theory]
    [InlineData("", "at least the 8 bytes")]
    [InlineData("""[]""", "does not begin with '{'")]
    [InlineData("""{""", "is not JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        "is not JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        "neither overlap nor leave gaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "neither overlap nor leave gaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "account for 4")]
    [InlineData("""{}""", "account for 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "ends at byte 12")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "larger than the 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}""", "needs 4 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "a begin and an end")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}""", "a begin and an end")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9223372036854775808]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2147483648,2147483648,2147483648],"data_offsets":[0,8]}}""", "larger than the 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647,2147483647],"data_offsets":[0,8]}}""",
        "larger than the 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}}""", "at most 8")]
    [InlineData("""{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}""", "only F32")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", "no data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,8]}}""", "no shape")]
    [InlineData("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", "no dtype")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"code":"x"}}""", "unknown field 'code'")]
    [InlineData("""{"a":{"dtype":"\ud800","shape":[2],"data_offsets":[0,8]}}""", "is not JSON")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "is not JSON")]
    [InlineData("""{"a":[]}""", "not an object")]
    [InlineData("""{"__metadata__":{"a":1}}""", "not an object of strings")]
    public void A_malformed_file_is_refused_with_a_reason(string header, string reason)
    {
        var file = header.Length == 0 ? new byte[7] : File(header, (ulong)Encoding.UTF8.GetByteCount(header), 8);
        Should.Throw<ModelFormatException>(() => SafetensorsReader.Read(file)).Message.ShouldContain(reason);
    }

    [Theory]
    [InlineData(ulong.MaxValue, "at most 1048576")]
    [InlineData(1UL << 31, "at most 1048576")]
    [InlineData(100UL, "but has only")]
    public void A_header_longer_than_the_file_is_refused_before_it_is_read(ulong length, string reason) =>
        Should.Throw<ModelFormatException>(() => SafetensorsReader.Read(File("{}", length, 8))).Message.ShouldContain(reason);

    [Fact]
    public void No_damage_to_a_file_causes_anything_but_a_clear_refusal()
    {
        var good = SafetensorsWriter.Write([new NamedTensor("a", [2, 3], new float[6]), new NamedTensor("b", [4], new float[4])]);
        var random = new Random(17);
        for (var i = 0; i < 20_000; i++)
        {
            var damaged = good[..(random.Next(4) == 0 ? random.Next(good.Length) : good.Length)].ToArray();
            for (var flips = random.Next(1, 4); flips > 0 && damaged.Length > 0; flips--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                SafetensorsReader.Read(damaged).Sum(t => (long)t.Values.Length).ShouldBeLessThanOrEqualTo(10);
            }
            catch (ModelFormatException)
            {
            }
        }
    }

    [Fact]
    public void Names_given_twice_and_shapes_that_do_not_fit_are_not_written()
    {
        var tensor = new NamedTensor("w", [1], [1f]);
        Should.Throw<ArgumentException>(() => SafetensorsWriter.Write([tensor, tensor])).Message.ShouldContain("'w' is taken");
        Should.Throw<ArgumentException>(() => SafetensorsWriter.Write([tensor with { Shape = [2] }])).Message.ShouldContain("has 1 values");
    }

    [Fact]
    public void Weights_written_by_others_are_read()
    {
        if (Repository.Shared is null)
            return;
        var path = Path.Combine(Repository.Shared, "golden/model/inclusive-gru.safetensors");
        var weights = SafetensorsReader.Read(System.IO.File.ReadAllBytes(path));
        weights.Count.ShouldBeGreaterThan(4);
        weights.ShouldAllBe(weight => weight.Values.All(float.IsFinite));
    }

    private static byte[] File(string header, ulong claimedLength, int valueBytes)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + text.Length + valueBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(file, claimedLength);
        text.CopyTo(file, 8);
        return file;
    }

    private static Arbitrary<NamedTensor[]> Tensors()
    {
        var tensor =
            from rows in Gen.Choose(0, 4)
            from columns in Gen.Choose(1, 4)
            from values in Gen.Choose(-1000, 1000).ArrayOf(rows * columns)
            select (Shape: new[] { rows, columns }, Values: Array.ConvertAll(values, value => value / 7f));
        return tensor.ListOf()
            .Select(list => list.Select((t, i) => new NamedTensor($"layer.{i}", t.Shape, t.Values)).ToArray())
            .ToArbitrary();
    }
}
