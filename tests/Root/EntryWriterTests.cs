using System.Text.Json;

namespace DaprHep.Root.Tests;

public class EntryWriterTests
{
    public static TheoryData<string> Files =>
        TestFiles.Shared("root-corpus/files") is null
            ? [""]
            :
            [
                "uproot-issue513.root", "uproot-HZZ-objects.root", "uproot-stl_containers.root", "mcpool.root", "ndim-slice.root",
                "uproot-small-evnt-tree-fullsplit.root", "edm4hep.root", "itsdb.2006-03-17-22-28-46.root", "uproot-nesteddirs.root",
            ];

    [Fact]
    public void Entries_are_written_as_read()
    {
        using var file = RootFile.Open(TestFiles.Sample("ttbar/ttbar_a.root"));
        var tree = file.Tree("Delphes");
        var whole = tree.Read<float>("Jet.PT");
        using var writer = new EntryWriter(tree.Find("Jet.PT"), 10, 40);
        for (var entry = 10; entry < 40; entry++)
            Next(writer)!.Value.EnumerateArray().Select(v => v.GetSingle()).ShouldBe(whole[entry].ToArray());
        Next(writer).ShouldBeNull();
    }

    [Fact]
    public void References_and_arrays_of_them_are_objects()
    {
        using var file = RootFile.Open(TestFiles.Sample("ttbar/ttbar_a.root"));
        using var writer = new EntryWriter(file.Tree("Delphes").AllBranches.First(b => b.Name == "EFlowTrack.Particle"));
        Next(writer)!.Value[0].GetProperty("ref").ValueKind.ShouldBe(JsonValueKind.Number);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_first_entries_are_those_of_the_reference(string name)
    {
        if (name.Length == 0)
            return;
        using var expected = JsonDocument.Parse(File.ReadAllBytes(TestFiles.Shared($"root-corpus/expected/{name}.json")!));
        using var file = RootFile.Open(TestFiles.Shared("root-corpus/files/" + name)!);
        var compared = 0;
        foreach (var tree in expected.RootElement.GetProperty("trees").EnumerateArray())
        {
            var branches = file.Tree($"{tree.GetProperty("path").GetString()};{tree.GetProperty("cycle")}").AllBranches;
            var i = 0;
            foreach (var reference in tree.GetProperty("branches").EnumerateArray())
            {
                var branch = branches[i++];
                if (!reference.TryGetProperty("first", out var first) || reference.TryGetProperty("suspect", out _)
                    || reference.TryGetProperty("decoded_by", out _))
                {
                    continue;
                }
                using var writer = new EntryWriter(branch);
                foreach (var entry in first.EnumerateArray())
                    Same(entry, Next(writer)!.Value).ShouldBeTrue($"{branch.Path}: {entry}");
                compared++;
            }
        }
        compared.ShouldBeGreaterThan(0);
    }

    private static JsonElement? Next(EntryWriter writer)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            if (!writer.WriteNext(json))
                return null;
        }
        using var document = JsonDocument.Parse(bytes.ToArray());
        return document.RootElement.Clone();
    }

    /// <summary>Long lists and strings of the reference are cut: "…(+n more)".</summary>
    private static bool Same(JsonElement expected, JsonElement found)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Array:
                // Key and value of a map are a pair there, an object with members 0 and 1 here.
                var items = found.ValueKind == JsonValueKind.Object
                    ? found.EnumerateObject().Select(p => p.Value).ToList()
                    : [.. found.EnumerateArray()];
                var i = 0;
                foreach (var item in expected.EnumerateArray())
                {
                    if (item.ValueKind == JsonValueKind.String && item.GetString()!.StartsWith("...(+", StringComparison.Ordinal))
                        return true;
                    if (i >= items.Count || !Same(item, items[i++]))
                        return false;
                }
                return i == items.Count;
            case JsonValueKind.Object when found.ValueKind == JsonValueKind.Object:
                return expected.EnumerateObject().All(p => found.TryGetProperty(p.Name, out var own) && Same(p.Value, own));
            case JsonValueKind.Object:
                return false;
            case JsonValueKind.Number:
                return found.ValueKind == JsonValueKind.Number
                    && Math.Abs(expected.GetDouble() - found.GetDouble()) <= 1e-6 * Math.Max(1e-30, Math.Abs(expected.GetDouble()));
            case JsonValueKind.String:
                var text = expected.GetString()!;
                var cut = text.IndexOf("...(+", StringComparison.Ordinal);
                return cut < 0 ? found.GetString() == text : found.GetString()!.StartsWith(text[..cut], StringComparison.Ordinal);
            default:
                return expected.ValueKind == found.ValueKind;
        }
    }
}
