using System.Buffers.Binary;

namespace DaprHep.Root.Tests;

/// <summary>Files whose writer was stopped before it wrote the list of keys.</summary>
public sealed class UnclosedFileTests
{
    [Fact]
    public void A_file_without_key_list_or_streamer_position_is_recovered_record_by_record()
    {
        var path = TestFiles.Sample("qcd/qcd_a.root");
        var bytes = File.ReadAllBytes(path);
        var begin = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(8));
        var bytesOfName = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(28));
        // The directory record: version, two dates, sizes of list and name, three positions, of which the last is the list's.
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(begin + bytesOfName + 2 + 8 + 8 + 8), 0);
        bytes.AsSpan(37, 8).Clear();
        using var file = RootFile.Open(new Fuzzing.ArrayByteSource("unclosed.root", bytes));
        using var whole = RootFile.Open(path);
        file.Keys.Select(k => k.Path).ShouldContain("Delphes");
        file.Tree("Delphes").Read<float>("Jet.PT").Values.SequenceEqual(whole.Tree("Delphes").Read<float>("Jet.PT").Values).ShouldBeTrue();
    }

    [Fact]
    public void A_crashed_file_without_a_saved_tree_says_so()
    {
        if (TestFiles.Shared("root-corpus/files/crashed.root") is not { } path)
            return;
        using var file = RootFile.Open(path);
        Should.Throw<RootKeyNotFoundException>(() => file.Tree("T")).Message.ShouldContain("no trees");
    }
}
