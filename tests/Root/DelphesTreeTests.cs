namespace DaprHep.Root.Tests;

public class DelphesTreeTests
{
    private static readonly string[] Branches =
    [
        "EFlowTrack.PT", "EFlowTrack.Eta", "EFlowNeutralHadron.ET", "EFlowPhoton.Phi",
        "Electron.PT", "MuonTight.Eta", "MissingET.MET", "Jet.PT",
    ];

    public static TheoryData<string> Samples => [.. TestFiles.Samples];

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_sample_has_250_entries_and_one_tree(string path)
    {
        using var file = RootFile.Open(path);
        file.Keys.Count(k => k.IsTree).ShouldBe(1);
        file.Uuid.Length.ShouldBe(16);
        file.Uuid.Span.ToArray().ShouldContain(b => b != 0);
        file.Tree("Delphes").Entries.ShouldBe(250);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Every_member_of_a_collection_has_as_many_values_as_its_counter_says(string path)
    {
        using var file = RootFile.Open(path);
        var tree = file.Tree("Delphes");
        foreach (var name in Branches)
        {
            var values = tree.Read<float>(name);
            var counts = tree.Read<int>(name[..name.IndexOf('.', StringComparison.Ordinal)]);
            values.Count.ShouldBe(250);
            for (var i = 0; i < 250; i++)
                values[i].Length.ShouldBe(counts[i][0], $"{name} entry {i}");
        }
    }

    [Fact]
    public void Jets_come_in_order_of_falling_momentum_and_tags_are_0_or_1()
    {
        using var file = RootFile.Open(TestFiles.Sample("ttbar/ttbar_a.root"));
        var tree = file.Tree("Delphes");
        var pt = tree.Read<float>("Jet.PT");
        pt[0].ToArray().ShouldBe([70.68341f, 50.777412f, 45.130894f, 39.916286f]);
        tree.Read<uint>("Jet.BTag")[0].ToArray().ShouldBe([0u, 0u, 0u, 1u]);
        for (var i = 0; i < pt.Count; i++)
            pt[i].ToArray().ShouldBe(pt[i].ToArray().OrderDescending());
        foreach (var tag in tree.Read<uint>("Jet.BTag").Values)
            tag.ShouldBeLessThan(8u);
        foreach (var charge in tree.Read<int>("Electron.Charge").Values)
            Math.Abs(charge).ShouldBe(1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(5000)]
    public void Chunks_hold_what_the_whole_branch_holds(int entries)
    {
        using var file = RootFile.Open(TestFiles.Sample("qcd/qcd_b.root"));
        var tree = file.Tree("Delphes");
        var whole = tree.Read<float>("EFlowTrack.PT");
        using var reader = tree.Reader(["Jet.PT", "EFlowTrack.PT"], new TreeReaderOptions { MaxEntries = entries });
        var at = 0;
        while (reader.Next())
        {
            reader.FirstEntry.ShouldBe(at);
            reader.Entries.ShouldBeLessThanOrEqualTo(entries);
            var column = reader.Column<float>("EFlowTrack.PT");
            column.Offsets.Length.ShouldBe(reader.Entries + 1);
            for (var i = 0; i < reader.Entries; i++)
                column[i].SequenceEqual(whole[at + i]).ShouldBeTrue();
            at += reader.Entries;
        }
        at.ShouldBe(250);
    }

    [Fact]
    public void A_range_of_entries_reads_as_that_part_of_the_whole()
    {
        using var file = RootFile.Open(TestFiles.Sample("ttbar/ttbar_b.root"));
        var tree = file.Tree("Delphes");
        var whole = tree.Read<float>("EFlowTrack.PT");
        var part = tree.Read<float>("EFlowTrack.PT", 60..^100);
        part.Count.ShouldBe(90);
        for (var i = 0; i < part.Count; i++)
            part[i].SequenceEqual(whole[60 + i]).ShouldBeTrue();
        tree.Read<float>("EFlowTrack.PT", 5, 5).Count.ShouldBe(0);
    }

    [Fact]
    public void The_baskets_of_a_branch_cover_its_entries_and_lie_in_the_file()
    {
        using var file = RootFile.Open(TestFiles.Sample("wjets/wjets_a.root"));
        foreach (var branch in file.Tree("Delphes").AllBranches.Where(b => b.Baskets.Count > 0))
        {
            branch.Baskets[0].FirstEntry.ShouldBe(0);
            branch.Baskets[^1].EndEntry.ShouldBe(250);
            branch.Baskets.ShouldAllBe(b => b.Seek > 0 && b.Seek + b.Bytes <= file.Length);
        }
    }

    [Fact]
    public void Reading_in_the_steady_state_allocates_next_to_nothing()
    {
        using var file = RootFile.Open(TestFiles.Sample("ttbar/ttbar_a.root"));
        var tree = file.Tree("Delphes");
        Pass(tree);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var events = Pass(tree);
        ((GC.GetAllocatedBytesForCurrentThread() - before) / events).ShouldBeLessThan(100);
    }

    private static long Pass(RootTree tree)
    {
        using var reader = tree.Reader(Branches, new TreeReaderOptions { MaxEntries = 50 });
        long events = 0;
        while (reader.Next())
            events += reader.Entries;
        return events;
    }
}
