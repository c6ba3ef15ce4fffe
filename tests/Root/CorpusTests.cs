using System.Text.Json;

namespace DaprHep.Root.Tests;

/// <summary>Every file of the shared corpus against the values another reader found in it.</summary>
public class CorpusTests
{
    /// <summary>Branches on which the reference is wrong or shaped otherwise; docs/root.md gives the reason for each.</summary>
    private static readonly HashSet<string> Disputed =
    [
        "leaves.root D16", "leaves.root ArrD16", "leaves.root SliD16", "ndim.root ArrD16",
        "Event3a.root event/fTracks/fTracks.fBits",
        "PHYSLITE_example.root METAssoc_AnalysisMETAux./METAssoc_AnalysisMETAux.jetLink",
        "TreeEventTreeSimple1.root Event_branch/fParticles",
        "missingString.root event/fSingleBoloSubRecs/fSingleBoloSubRecs.fDetectorName",
        "uproot-issue433-splitlevel2.root KM3NET_TIMESLICE/vector<KM3NETDAQ::JDAQSuperFrame>",
        "uproot-issue433-splitlevel2.root km3net_timeslice_L0/KM3NETDAQ::JDAQTimeslice/KM3NETDAQ::JDAQTimesliceHeader/"
            + "KM3NETDAQ::JDAQHeader/KM3NETDAQ::JDAQChronometer/timeslice_start",
    ];

    public static TheoryData<string> Files =>
        TestFiles.Shared("root-corpus/files") is { } folder
            ? [.. Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)]
            : [TestFiles.Samples[0]];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_branch_with_a_reference_agrees_with_it(string name)
    {
        if (Path.IsPathRooted(name))
        {
            // Without the corpus: the report of a sample is complete and has no unreadable branch.
            var own = Report(name).GetProperty("trees")[0].GetProperty("branches");
            own.EnumerateArray().Count(b => !b.TryGetProperty("columns", out var _)).ShouldBe(0);
            return;
        }
        using var document = JsonDocument.Parse(File.ReadAllBytes(TestFiles.Shared($"root-corpus/expected/{name}.json")!));
        var expected = document.RootElement;
        if (expected.GetProperty("open").GetString() != "ok")
            return;
        var report = Report(TestFiles.Shared("root-corpus/files/" + name)!);
        var trees = report.GetProperty("trees").EnumerateArray()
            .GroupBy(t => (t.GetProperty("path").GetString(), t.GetProperty("cycle").GetInt32())).ToDictionary(g => g.Key, g => g.First());
        var misses = new List<string>();
        foreach (var tree in expected.GetProperty("trees").EnumerateArray())
        {
            if (!tree.TryGetProperty("branches", out var branches))
                continue;
            var ours = trees[(tree.GetProperty("path").GetString(), tree.GetProperty("cycle").GetInt32())].GetProperty("branches");
            ours.GetArrayLength().ShouldBe(branches.GetArrayLength());
            var i = 0;
            foreach (var branch in branches.EnumerateArray())
            {
                var path = branch.GetProperty("path").GetString()!;
                var mine = ours[i++];
                mine.GetProperty("path").GetString().ShouldBe(path);
                if (branch.TryGetProperty("columns", out var columns) && !branch.TryGetProperty("suspect", out _)
                    && !Disputed.Contains($"{name} {path}") && Difference(columns, mine) is { } difference)
                {
                    misses.Add($"{path}: {difference}");
                }
            }
        }
        misses.ShouldBeEmpty();
    }

    [Fact]
    public void The_process_ids_of_referenced_objects_are_skipped_in_fBits()
    {
        using var file = RootFile.Open(TestFiles.Sample("ttbar/ttbar_a.root"));
        using var reader = file.Tree("Delphes").Find("EFlowTrack.fBits").ReadValues();
        reader.Next().ShouldBeTrue();
        reader.Entries.ShouldBe(250);
        reader.Columns.Select(c => c.Path).ShouldBe(["", "[]", "[]#pidf"]);
        var bits = reader.Columns[1].Values<uint>();
        bits.Length.ShouldBe(file.Tree("Delphes").Read<float>("EFlowTrack.PT").Values.Length);
        var referenced = 0;
        foreach (var value in bits)
            referenced += (value & 0x10) != 0 ? 1 : 0;
        reader.Columns[2].Count.ShouldBe(referenced);
    }

    private static string? Difference(JsonElement columns, JsonElement mine)
    {
        if (mine.TryGetProperty("unreadable", out var reason))
            return reason.GetString();
        var have = mine.GetProperty("columns").EnumerateArray().ToDictionary(c => c.GetProperty("path").GetString()!);
        foreach (var column in columns.EnumerateArray())
        {
            if (column.GetProperty("dtype").GetString()!.StartsWith("unknown", StringComparison.Ordinal))
                continue;
            var path = column.GetProperty("path").GetString()!;
            if (!have.TryGetValue(path, out var own))
                return $"no column '{path}'";
            if (own.GetProperty("count").GetInt64() != column.GetProperty("count").GetInt64())
                return $"column '{path}': count {own.GetProperty("count")}, not {column.GetProperty("count")}";
            if (column.TryGetProperty("approx", out _))
            {
                foreach (var name in (string[])["sum", "min", "max"])
                {
                    if (column.GetProperty(name).ValueKind == JsonValueKind.Number
                        && Math.Abs(own.GetProperty(name).GetDouble() - column.GetProperty(name).GetDouble())
                            > 1e-6 * Math.Max(1, Math.Abs(column.GetProperty(name).GetDouble())))
                    {
                        return $"column '{path}': {name} {own.GetProperty(name)}, not {column.GetProperty(name)}";
                    }
                }
            }
            else if (own.GetProperty("sha256").GetString() != column.GetProperty("sha256").GetString())
            {
                return $"column '{path}': other values";
            }
            if (column.TryGetProperty("lengths_sha256", out var lengths)
                && lengths.GetString() != own.GetProperty("lengths_sha256").GetString())
                return $"column '{path}': other lengths";
        }
        return null;
    }

    private static JsonElement Report(string path)
    {
        using var file = RootFile.Open(path);
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
            ChecksumReport.Write(file, json);
        using var document = JsonDocument.Parse(bytes.ToArray());
        return document.RootElement.Clone();
    }
}
