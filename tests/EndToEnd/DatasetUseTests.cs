using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using DaprHep.Data.Events;
using Google.Protobuf;

namespace DaprHep.EndToEnd.Tests;

/// <summary>What can be done with the datasets that a run leaves: open them elsewhere, export them, ask where they come from.</summary>
public sealed class DatasetUseTests(CompressedRuns runs) : IClassFixture<CompressedRuns>
{
    private static readonly string Readers = Path.Combine(Repository.Root, "tests", "EndToEnd", "js");

    [Fact]
    public void Compression_makes_datasets_half_as_large_and_changes_no_weight()
    {
        byte[] weights = File.ReadAllBytes(Path.Combine(runs.Out("none"), "model", "model.safetensors"));
        foreach (string way in (string[])["zstd", "lz4"])
        {
            runs.Bytes(way).ShouldBeLessThan(runs.Bytes("none") * 6 / 10);
            File.ReadAllBytes(Path.Combine(runs.Out(way), "model", "model.safetensors")).ShouldBe(weights);
        }
        long events = EventsOf(runs.Part("none", "events")).Count;
        (new FileInfo(runs.Part("none", "events")).Length / events).ShouldBeLessThan(10_000);
        (new FileInfo(runs.Part("zstd", "events")).Length / EventsOf(runs.Part("zstd", "events")).Count).ShouldBeLessThan(5_000);
    }

    [Theory]
    [InlineData("none", "arrow")]
    [InlineData("lz4", "arrow")]
    [InlineData("none", "polars")]
    [InlineData("zstd", "polars")]
    [InlineData("lz4", "polars")]
    public void Parts_are_opened_by_readers_of_others(string way, string reader)
    {
        foreach (string step in (string[])["events", "training"])
        {
            string part = runs.Part(way, step);
            List<Event> events = EventsOf(part);
            JsonNode seen = Read(part, reader);
            seen["columns"]!.AsArray().Select(name => name!.GetValue<string>()).ShouldBe(["event", "label", "hlf", "particles"]);
            seen["rows"]!.GetValue<int>().ShouldBe(events.Count);
            seen["particles"]!.GetValue<int>().ShouldBe(events.Sum(e => e.Particles.Length / 19));
            seen["ht"]!.GetValue<double>().ShouldBe(events.Sum(e => (double)e.Hlf[0]), 1e-3);
            seen["events"]!.GetValue<string>().ShouldBe($"{events.Aggregate(0UL, (sum, e) => sum ^ e.Id)}");
            if (reader == "arrow")
                seen["names"]!.GetValue<string>().ShouldStartWith("HT MET PhiMET MT");
        }
    }

    [Fact]
    public void The_lines_of_the_documentation_open_a_dataset()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "data.md")), part = runs.Part("zstd", "training");
        int rows = EventsOf(part).Count;
        Install();
        Run("node", "--input-type=module", "--eval", SnippetIn("js") + "console.log(table.height);").Trim().ShouldBe($"{rows}");
        using Process python = Process.Start(new ProcessStartInfo("python3", ["-c", "import pyarrow"]) { RedirectStandardError = true })!;
        python.StandardError.ReadToEnd();
        python.WaitForExit();
        if (python.ExitCode == 0)
            Run("python3", "-c", SnippetIn("python") + "print(table.num_rows)").Trim().ShouldBe($"{rows}");
        else
            SnippetIn("python").ShouldContain("feather.read_table(");

        // Two lines, with a path that stands for any.
        string SnippetIn(string language)
        {
            string[] lines = page.Split($"```{language}\n")[1].Split("```")[0].TrimEnd('\n').Split('\n');
            lines.Length.ShouldBe(2);
            lines[1].ShouldContain("out/store/training/HASH/part-00000.arrow");
            return string.Join('\n', lines).Replace("out/store/training/HASH/part-00000.arrow", part) + "\n";
        }
    }

    [Fact]
    public async Task What_was_altered_is_not_exported()
    {
        string dataset = runs.PathOf("altered/0123456789abcdef0123456789abcdef"), part = runs.Part("none", "training");
        Directory.CreateDirectory(dataset);
        foreach (string file in Directory.EnumerateFiles(Path.GetDirectoryName(part)!))
            File.Copy(file, Path.Combine(dataset, Path.GetFileName(file)));
        byte[] bytes = await File.ReadAllBytesAsync(part, TestContext.Current.CancellationToken);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(Path.Combine(dataset, Path.GetFileName(part)), bytes, TestContext.Current.CancellationToken);
        foreach (string what in (string[])[dataset, Path.Combine(dataset, Path.GetFileName(part))])
        {
            string output = runs.PathOf("altered.csv");
            DaprHepCommand.Result export = await DaprHepCommand.RunAsync("export", what, "--format", "csv", "--out", output);
            export.ExitCode.ShouldBe(3, export.Error);
            export.Error.ShouldContain("SHA-256");
            Directory.EnumerateFiles(Path.GetDirectoryName(output)!, "altered.csv*").ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("npy")]
    [InlineData("tfrecord")]
    public async Task An_export_for_which_there_is_no_room_ends_with_4_and_leaves_nothing(string format)
    {
        string small = Directory.CreateDirectory(runs.PathOf($"small-{format}")).FullName;
        string script = $"""
            mount -t tmpfs -o size=64k tmpfs {small} || exit 99
            dotnet {DaprHepCommand.Program} export {runs.Out("none")} --format {format} --out {small}/out
            code=$?
            ls -A {small}
            exit $code
            """;
        using Process export = Process.Start(new ProcessStartInfo("unshare", ["--map-root-user", "--mount", "bash", "-c", script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Task<string> reading = export.StandardError.ReadToEndAsync(cancellation);
        string left = await export.StandardOutput.ReadToEndAsync(cancellation), error = await reading;
        await export.WaitForExitAsync(cancellation);
        export.ExitCode.ShouldBe(4, error);
        error.ShouldContain("the disk is full");
        left.ShouldBeEmpty();
    }

    [Fact]
    public async Task Csv_has_every_feature_as_it_was()
    {
        string path = runs.PathOf("events.csv"), part = runs.Part("zstd", "events");
        await ExportAsync(part, "csv", path);
        string[] lines = await File.ReadAllLinesAsync(path, TestContext.Current.CancellationToken);
        lines[0].ShouldStartWith("event,label,HT,MET,PhiMET,");
        List<Event> events = EventsOf(part);
        lines.Length.ShouldBe(events.Count + 1);
        for (int i = 0; i < events.Count; i++)
        {
            string[] cells = lines[i + 1].Split(',');
            cells[0].ShouldBe($"{events[i].Id}");
            cells[1].ShouldBe($"{events[i].Label}");
            cells[2..].Select(cell => float.Parse(cell, CultureInfo.InvariantCulture)).ShouldBe(events[i].Hlf);
        }
    }

    [Fact]
    public async Task Npy_is_a_folder_of_arrays_of_the_same_bytes()
    {
        string folder = runs.PathOf("arrays"), dataset = Path.GetDirectoryName(runs.Part("lz4", "training"))!;
        await ExportAsync(dataset, "npy", folder);
        List<Event> events = EventsOf(runs.Part("lz4", "training"));
        Values<ulong>("event", $"({events.Count},)", BitConverter.ToUInt64).ShouldBe(events.Select(e => e.Id));
        Values<float>("hlf", $"({events.Count}, 14)", BitConverter.ToSingle).ShouldBe(events.SelectMany(e => e.Hlf));
        float[] particles = Values<float>("particles", $"({events.Sum(e => e.Particles.Length) / 19}, 19)", BitConverter.ToSingle);
        long[] offsets = Values<long>("offsets", $"({events.Count + 1},)", BitConverter.ToInt64);
        for (int i = 0; i < events.Count; i++)
            particles[((int)offsets[i] * 19)..((int)offsets[i + 1] * 19)].ShouldBe(events[i].Particles);

        T[] Values<T>(string name, string shape, Func<byte[], int, T> read)
            where T : unmanaged
        {
            byte[] bytes = File.ReadAllBytes(Path.Combine(folder, $"{name}.npy"));
            bytes[..8].ShouldBe([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0]);
            BitConverter.ToUInt16(bytes, 8).ShouldBe((ushort)118);
            string header = System.Text.Encoding.ASCII.GetString(bytes, 10, 118);
            header.ShouldContain($"'shape': {shape}, ");
            header.ShouldEndWith("\n");
            int size = System.Runtime.InteropServices.Marshal.SizeOf<T>();
            return [.. Enumerable.Range(0, (bytes.Length - 128) / size).Select(i => read(bytes, 128 + (i * size)))];
        }
    }

    [Fact]
    public async Task TfRecord_holds_an_example_an_event_with_checksums()
    {
        string path = runs.PathOf("events.tfrecord");
        await ExportAsync(runs.Out("none"), "tfrecord", path);
        List<Event> events = EventsOf(runs.Part("none", "training"));
        byte[] bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        int at = 0;
        foreach (Event expected in events)
        {
            int length = (int)BitConverter.ToUInt64(bytes, at);
            BitConverter.ToUInt32(bytes, at + 8).ShouldBe(Masked(bytes.AsSpan(at, 8)));
            byte[] record = bytes[(at + 12)..(at + 12 + length)];
            BitConverter.ToUInt32(bytes, at + 12 + length).ShouldBe(Masked(record));
            at += length + 16;
            Dictionary<string, float[]> example = ExampleOf(record);
            example.Keys.ShouldBe(["HLF_input", "GRU_input", "encoded_label"]);
            example["HLF_input"].ShouldBe(expected.Hlf);
            example["GRU_input"].Length.ShouldBe(801 * 19);
            example["GRU_input"].AsSpan(0, expected.Particles.Length).SequenceEqual(expected.Particles).ShouldBeTrue();
            example["GRU_input"].AsSpan(expected.Particles.Length).ContainsAnyExcept(0f).ShouldBeFalse();
            example["encoded_label"].ShouldBe([.. Enumerable.Range(0, 3).Select(label => label == expected.Label ? 1f : 0f)]);
        }
        at.ShouldBe(bytes.Length);
        Crc32C("123456789"u8).ShouldBe(0xE3069283u);
    }

    [Fact]
    public async Task An_export_that_fails_leaves_nothing()
    {
        string path = runs.PathOf("damaged.arrow"), output = runs.PathOf("never.csv");
        byte[] bytes = await File.ReadAllBytesAsync(runs.Part("zstd", "events"), TestContext.Current.CancellationToken);
        byte[] damagedBytes = [.. bytes.AsSpan(0, bytes.Length / 2), .. "ARROW1"u8];
        await File.WriteAllBytesAsync(path, damagedBytes, TestContext.Current.CancellationToken);
        DaprHepCommand.Result damaged = await DaprHepCommand.RunAsync("export", path, "--format", "csv", "--out", output);
        damaged.ExitCode.ShouldBe(3);
        damaged.Error.ShouldContain("damaged.arrow");
        Directory.GetFileSystemEntries(Path.GetDirectoryName(output)!, "never*").ShouldBeEmpty();
        DaprHepCommand.Result there = await DaprHepCommand.RunAsync("export", runs.Part("none", "events"), "--format", "npy", "--out", path);
        there.ExitCode.ShouldBe(3);
        there.Error.ShouldContain("is there already");
        DaprHepCommand.Result nowhere = await DaprHepCommand.RunAsync(
            "export", runs.Part("none", "events"), "--format", "csv", "--out", runs.PathOf("no/such/folder.csv"));
        nowhere.ExitCode.ShouldBe(3, nowhere.Error);
        nowhere.Error.ShouldContain("give a path in a folder you may write to");
    }

    [Fact]
    public async Task A_mistyped_folder_is_no_empty_store()
    {
        DaprHepCommand.Result gc = await DaprHepCommand.RunAsync("gc", runs.PathOf("not-there"));
        gc.ExitCode.ShouldBe(3);
        gc.Error.ShouldContain("no such folder");
        DaprHepCommand.Result watch = await DaprHepCommand.RunAsync("watch-folder", runs.PathOf("not-there"), "--store", runs.PathOf("s"), "--class", "qcd");
        watch.ExitCode.ShouldBe(3);
        watch.Error.ShouldContain("no such folder");
    }

    [Fact]
    public async Task A_row_of_a_shard_is_led_back_to_its_file_entry_and_digest()
    {
        string part = runs.Part("none", "training");
        Event expected = EventsOf(part)[17];
        JsonNode row = await LineageAsync($"{Path.GetDirectoryName(part)}#17");
        row["event"]!.GetValue<ulong>().ShouldBe(expected.Id);
        row["entry"]!.GetValue<uint>().ShouldBe((uint)expected.Id);
        row["class"]!.GetValue<string>().ShouldBe(EventClasses.Names[expected.Label]);
        JsonNode source = row["source"]!;
        string url = source["url"]!.GetValue<string>();
        Path.GetFileName(Path.GetDirectoryName(url)).ShouldBe(EventClasses.Names[expected.Label]);
        source["digest"]!.GetValue<string>()[..8].ShouldBe($"{expected.Id >> 32:x8}");
        source["sha256"]!.GetValue<string>().ShouldBe(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(url))));
    }

    [Fact]
    public async Task Run_model_and_datasets_name_the_same_files()
    {
        string store = Path.Combine(runs.Out("none"), "store");
        JsonNode run = await LineageAsync(runs.Out("none"));
        JsonNode copied = await LineageAsync(Path.Combine(runs.Out("none"), "model"));
        JsonNode stored = await LineageAsync(Directory.GetDirectories(Path.Combine(store, "models")).Single());
        JsonNode shard = await LineageAsync(Path.GetDirectoryName(runs.Part("none", "training"))!);
        string[] digests = Digests(run["model"]!);
        digests.Length.ShouldBe(Directory.GetFiles(Repository.Samples, "*.root", SearchOption.AllDirectories).Length);
        foreach (JsonNode other in (JsonNode[])[copied, stored, shard])
            Digests(other).ShouldBe(digests);
        copied["software"].ShouldNotBeNull();
        copied["parameters"]!["epochs"]!.GetValue<int>().ShouldBe(1);
        JsonNode events = await LineageAsync(Path.GetDirectoryName(runs.Part("none", "events"))!);
        digests.ShouldContain(events["source"]!["digest"]!.GetValue<string>());
        DaprHepCommand.Result text = await DaprHepCommand.RunAsync("lineage", Path.Combine(runs.Out("none"), "model"));
        digests.ShouldAllBe(digest => text.Output.Contains(digest));
    }

    [Theory]
    [InlineData("store", "expected the folder of a model")]
    [InlineData("nowhere", "expected the folder of a model")]
    [InlineData("TRAINING#100000", "expected a row from 0 to")]
    [InlineData("TRAINING#x", "expected a row from 0 to")]
    public async Task What_has_no_lineage_is_named(string what, string problem)
    {
        string path = what.Replace("TRAINING", Path.GetDirectoryName(runs.Part("none", "training")));
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync("lineage", Path.Combine(runs.Out("none"), path));
        result.ExitCode.ShouldBe(3);
        result.Error.ShouldContain(problem);
    }

    private static string[] Digests(JsonNode model) =>
        [.. model["statistics"]!["sources"]!.AsArray().Select(source => source!["digest"]!.GetValue<string>())];

    private static async Task<JsonNode> LineageAsync(string what)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync("lineage", what, "--json");
        result.ExitCode.ShouldBe(0, result.Error);
        return JsonNode.Parse(result.Output)!;
    }

    private static async Task ExportAsync(string dataset, string format, string output)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync("export", dataset, "--format", format, "--out", output);
        result.ExitCode.ShouldBe(0, result.Error);
    }

    private static List<Event> EventsOf(string path)
    {
        var events = new List<Event>();
        foreach (EventTable table in EventFile.Read(path, File.ReadAllBytes(path)))
        {
            for (int i = 0; i < table.Count; i++)
                events.Add(new Event(table.Ids.Span[i], table.Labels.Span[i], table.HlfOf(i).ToArray(), table.ParticlesOf(i).ToArray()));
        }
        return events;
    }

    private static void Install()
    {
        if (((string[])["nodejs-polars-linux-x64-gnu", "lz4js"]).Any(name => !Directory.Exists(Path.Combine(Readers, "node_modules", name))))
            Run("npm", "install", "--no-save", "--omit=optional", "--no-audit", "--no-fund");
    }

    private static JsonNode Read(string part, string reader)
    {
        Install();
        return JsonNode.Parse(Run("node", "describe.mjs", part, reader))!;
    }

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Readers,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, errors.Result);
        return output;
    }

    // Example { features = 1 { feature = 1 { key = 1, value = 2 { float_list = 2 { value = 1 packed } } } } }, as Google's reader sees it.
    private static Dictionary<string, float[]> ExampleOf(byte[] record)
    {
        var features = new Dictionary<string, float[]>();
        var entries = new CodedInputStream(Only(record, 1));
        while (entries.ReadTag() is var tag and not 0)
        {
            tag.ShouldBe(WireFormat.MakeTag(1, WireFormat.WireType.LengthDelimited));
            var entry = new CodedInputStream(entries.ReadBytes().ToByteArray());
            entry.ReadTag().ShouldBe(WireFormat.MakeTag(1, WireFormat.WireType.LengthDelimited));
            string name = entry.ReadString();
            entry.ReadTag().ShouldBe(WireFormat.MakeTag(2, WireFormat.WireType.LengthDelimited));
            byte[] packed = Only(Only(entry.ReadBytes().ToByteArray(), 2), 1);
            features.Add(name, [.. packed.Chunk(4).Select(value => BitConverter.ToSingle(value))]);
        }
        return features;
    }

    private static byte[] Only(byte[] message, int field)
    {
        var input = new CodedInputStream(message);
        input.ReadTag().ShouldBe(WireFormat.MakeTag(field, WireFormat.WireType.LengthDelimited));
        byte[] content = input.ReadBytes().ToByteArray();
        input.IsAtEnd.ShouldBeTrue();
        return content;
    }

    private static uint Masked(ReadOnlySpan<byte> bytes) => BitOperations.RotateRight(Crc32C(bytes), 15) + 0xA282EAD8;

    // Bit by bit, as RFC 3720 defines it.
    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0x82F63B78;
        }
        return ~crc;
    }

    private sealed record Event(ulong Id, sbyte Label, float[] Hlf, float[] Particles);
}
