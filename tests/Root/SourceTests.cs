using FsCheck;
using FsCheck.Fluent;

namespace DaprHep.Root.Tests;

public sealed class SourceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("root-sources-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_over_http_reads_as_the_local_one_and_only_what_is_needed_is_fetched()
    {
        var path = TestFiles.Sample("ttbar/ttbar_a.root");
        using var server = new RangeServer(File.ReadAllBytes(path));
        using var local = RootFile.Open(path);
        using var remote = RootFile.Open(server.Url + "ttbar_a.root");
        remote.Length.ShouldBe(local.Length);
        using var reader = remote.Tree("Delphes").Reader("Jet.PT", "Jet.Eta", "Electron.PT");
        var expected = local.Tree("Delphes").Read<float>("Jet.Eta");
        reader.Next().ShouldBeTrue();
        reader.Column<float>("Jet.Eta").Values.SequenceEqual(expected.Values).ShouldBeTrue();
        server.Bytes.ShouldBeLessThan(local.Length / 10);
        server.Requests.ShouldBeLessThan(12);
    }

    [Fact]
    public void Objects_over_http_read_as_local_ones()
    {
        var path = TestFiles.Sample("ttbar/ttbar_a.root");
        using var server = new RangeServer(File.ReadAllBytes(path));
        using var local = RootFile.Open(path);
        using var remote = RootFile.Open(server.Url + "ttbar_a.root");
        using var expected = local.Tree("Delphes").Find("EFlowTrack.fBits").ReadValues();
        using var found = remote.Tree("Delphes").Find("EFlowTrack.fBits").ReadValues();
        while (expected.Next())
        {
            found.Next().ShouldBeTrue();
            for (var i = 0; i < expected.Columns.Count; i++)
                found.Columns[i].Bytes.SequenceEqual(expected.Columns[i].Bytes).ShouldBeTrue();
        }
    }

    [Fact]
    public void A_server_that_fails_for_a_moment_is_asked_again()
    {
        using var server = new RangeServer(File.ReadAllBytes(TestFiles.Sample("qcd/qcd_a.root")), failures: 2);
        using var file = RootFile.Open(server.Url + "x.root");
        file.Tree("Delphes").Entries.ShouldBe(250);
    }

    [Fact]
    public void A_server_that_falls_silent_within_an_answer_is_asked_again()
    {
        using var server = new RangeServer(File.ReadAllBytes(TestFiles.Sample("qcd/qcd_a.root")), stalls: 1);
        using var file = RootFile.Open(server.Url + "x.root");
        file.Tree("Delphes").Entries.ShouldBe(250);
    }

    [Fact]
    public void A_server_without_ranges_is_refused_with_advice()
    {
        using var server = new RangeServer(File.ReadAllBytes(TestFiles.Sample("qcd/qcd_a.root")), ranges: false);
        Should.Throw<RootIOException>(() => RootFile.Open(server.Url + "x.root")).Message.ShouldContain("range");
    }

    [Fact]
    public void An_unknown_scheme_is_refused_and_a_registered_one_used()
    {
        Should.Throw<RootIOException>(() => RootFile.Open("gopher://x/y.root")).Message.ShouldContain("gopher");
        ByteSources.Register("sample", url => ByteSources.Open(TestFiles.Sample(url["sample://".Length..])));
        using var file = RootFile.Open("sample://qcd/qcd_a.root");
        file.Tree("Delphes").Entries.ShouldBe(250);
    }

    [Fact]
    public void Merged_ranges_cover_all_ranges_and_stay_apart_by_more_than_the_gap() =>
        Prop.ForAll<(ushort, ushort)[]>(pairs =>
        {
            var ranges = pairs.Select(p => new ByteRange(p.Item1 * 37L, p.Item2)).ToList();
            var merged = RangeMerger.Merge(ranges);
            ranges.Where(r => r.Length > 0).ShouldAllBe(r => merged.Any(m => r.Offset >= m.Offset && r.End <= m.End));
            for (var i = 1; i < merged.Count; i++)
                (merged[i].Offset - merged[i - 1].End).ShouldBeGreaterThan(RangeMerger.MaximumGap);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Globs_folders_and_lists_expand_to_files_in_order()
    {
        foreach (var name in (string[])["b/2.root", "b/1.root", "a/3.root", "a/x.txt", "a/deep/4.root"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, name))!);
            File.WriteAllText(Path.Combine(_folder, name), "");
        }
        var list = Path.Combine(_folder, "list.txt");
        File.WriteAllText(list, $"# files\n{_folder}/b/2.root\n\n{_folder}/a/*.root\n");
        Expand($"{_folder}/*/*.root").ShouldBe("a/3.root b/1.root b/2.root");
        Expand($"{_folder}/**/*.root").ShouldBe("a/3.root a/deep/4.root b/1.root b/2.root");
        Expand($"{_folder}/b").ShouldBe("b/1.root b/2.root");
        Expand($"{_folder}/b/?.root").ShouldBe("b/1.root b/2.root");
        Expand("@" + list).ShouldBe("b/2.root a/3.root");
        Expand($"{_folder}/b/2.root", $"{_folder}/b/1.root").ShouldBe("b/2.root b/1.root");
        RootPaths.Expand(["https://x/y.root"]).ShouldBe(["https://x/y.root"]);
        Should.Throw<RootIOException>(() => RootPaths.Expand([$"{_folder}/*.parquet"]));
    }

    [Fact]
    public void Links_that_go_round_end_the_search_with_their_name()
    {
        var round = Directory.CreateDirectory(Path.Combine(_folder, "round")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(round, "again"), round);
        Directory.CreateSymbolicLink(Path.Combine(round, "and-again"), round);
        File.WriteAllText(Path.Combine(round, "1.root"), "");
        Should.Throw<RootIOException>(() => RootPaths.Expand([$"{_folder}/**/*.root"])).Message.ShouldContain("round/again");
        Expand($"{_folder}/*/*.root").ShouldBe("round/1.root");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public void Several_threads_read_the_same_as_one(int threads)
    {
        using var file = RootFile.Open(TestFiles.Sample("wjets/wjets_b.root"));
        var tree = file.Tree("Delphes");
        string[] branches = ["EFlowTrack.PT", "EFlowTrack.Eta", "Jet.PT", "EFlowPhoton.ET"];
        using var one = tree.Reader(branches, new TreeReaderOptions { MaxEntries = 60 });
        using var many = tree.Reader(branches, new TreeReaderOptions { MaxEntries = 60, Threads = threads });
        while (one.Next())
        {
            many.Next().ShouldBeTrue();
            for (var i = 0; i < branches.Length; i++)
            {
                many.Column<float>(i).Values.SequenceEqual(one.Column<float>(i).Values).ShouldBeTrue();
                many.Column<float>(i).Offsets.SequenceEqual(one.Column<float>(i).Offsets).ShouldBeTrue();
            }
        }
        many.Next().ShouldBeFalse();
    }

    [Fact]
    public async Task Chunks_of_several_files_come_in_order_and_hold_all_entries()
    {
        var files = RootPaths.Expand([Path.Combine(Repository.Samples, "*/*_a.root")]);
        files.Count.ShouldBe(3);
        var seen = new List<string>();
        long values = 0;
        await foreach (var chunk in TreeChunks.Read(files, "Delphes", ["Jet.PT"], new TreeReaderOptions { MaxEntries = 100 }))
        {
            seen.Add($"{Path.GetFileName(chunk.File)} {chunk.FirstEntry}+{chunk.Entries}");
            values += chunk.Column<float>("Jet.PT").Values.Length;
        }
        seen.ShouldBe(files.SelectMany(f => (string[])["0+100", "100+100", "200+50"], (f, part) => $"{Path.GetFileName(f)} {part}"));
        var expected = 0;
        foreach (var path in files)
        {
            using var file = RootFile.Open(path);
            expected += file.Tree("Delphes").Read<float>("Jet.PT").Values.Length;
        }
        values.ShouldBe(expected);
    }

    private string Expand(params string[] items) => string.Join(' ', RootPaths.Expand(items).Select(p => Path.GetRelativePath(_folder, p)));
}
