using System.Text.Encodings.Web;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace DaprHep.Root.Tests;

/// <summary>Trees as Arrow hold what the entries hold.</summary>
public class ArrowTests
{
    private const int Rows = 30;

    public static TheoryData<string> Files =>
        TestFiles.Shared("root-corpus/files") is { } folder
            ? [.. Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)]
            : [TestFiles.Samples[0]];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_branch_of_every_tree_is_the_same_in_Arrow_as_entry_by_entry(string name)
    {
        var path = Path.IsPathRooted(name) ? name : TestFiles.Shared("root-corpus/files/" + name)!;
        RootFile file;
        try
        {
            file = RootFile.Open(path);
        }
        catch (RootException)
        {
            return; // the corpus has files that are no longer readable; CorpusTests says which
        }
        using (file)
        {
            foreach (var key in file.Keys.Where(k => k.IsTree))
                CompareTree(file, key);
        }
    }

    [Fact]
    public void Batches_follow_one_another_without_a_gap()
    {
        using var file = RootFile.Open(TestFiles.Sample("ttbar/ttbar_a.root"));
        var tree = file.Tree("Delphes");
        using var reader = tree.RecordBatches(first: 7);
        var expected = tree.Read<float>("Jet.PT");
        var entry = 7;
        var batches = 0;
        for (; reader.Next() is { } batch; batches++)
        {
            var jets = (ListArray)batch.Column("Jet.PT");
            for (var row = 0; row < batch.Length; row++)
                ((FloatArray)jets.GetSlicedValues(row)!).Values.ToArray().ShouldBe(expected[entry++].ToArray());
        }
        entry.ShouldBe(250);
        batches.ShouldBeGreaterThan(1);
    }

    [Fact]
    public void Patterns_choose_branches_and_names_stay_as_asked_for()
    {
        using var file = RootFile.Open(TestFiles.Sample("qcd/qcd_a.root"));
        using var reader = file.Tree("Delphes").RecordBatches(["MissingET/MissingET.MET", "Jet.PT*"]);
        reader.Schema.FieldsList.Select(f => f.Name).ShouldBe(["MissingET/MissingET.MET", "Jet.PT", "Jet.PTD"]);
        Should.Throw<BranchNotFoundException>(() => file.Tree("Delphes").RecordBatches(["Jets.*"]));
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_shown_as_latin1()
    {
        StoredText.Of("Δη"u8).ShouldBe("Δη");
        StoredText.Of([(byte)'M', 0xFC, (byte)'n']).ShouldBe("Mün");
        StoredText.Of([]).ShouldBe("");
    }

    [Fact]
    public void A_range_without_entries_has_a_schema_and_no_batch()
    {
        using var file = RootFile.Open(TestFiles.Sample("qcd/qcd_a.root"));
        using var reader = file.Tree("Delphes").RecordBatches(["Jet.PT"], 250);
        reader.Schema.FieldsList.Count.ShouldBe(1);
        reader.Next().ShouldBeNull();
    }

    [Fact]
    public async Task Batches_come_from_many_files_of_one_schema()
    {
        var rows = 0;
        await foreach (var batch in ArrowTrees.Read(TestFiles.Samples, "Delphes", ["Jet.*"], TestContext.Current.CancellationToken))
            rows += batch.Length;
        rows.ShouldBe(250 * TestFiles.Samples.Count);
    }

    [Fact]
    public async Task A_file_with_other_branches_than_the_first_is_refused()
    {
        if (TestFiles.Shared("delphes/pu20/qcd") is not { } folder)
            return;
        var pileUp = Directory.GetFiles(folder, "*.root")[0];
        var batches = ArrowTrees.Read([TestFiles.Samples[0], pileUp], "Delphes", cancellation: TestContext.Current.CancellationToken);
        (await Should.ThrowAsync<UnsupportedBranchException>(async () => await batches.CountAsync())).Message.ShouldContain(pileUp);
    }

    private static void CompareTree(RootFile file, RootKey key)
    {
        RootTree tree;
        BranchSelection selection;
        var end = 0L;
        try
        {
            tree = file.Tree(key);
            end = Math.Min(tree.Entries, Rows);
            selection = BranchSelection.Of(tree, end: end);
        }
        catch (RootException)
        {
            return; // damaged or too old: CorpusTests says which
        }
        foreach (var selected in selection.Branches)
            CompareBranch(selected, end);
        selection.Branches.Select(b => b.Name).ShouldBeUnique();
    }

    private static void CompareBranch(SelectedBranch selected, long end)
    {
        RecordBatch? batch;
        try
        {
            using var reader = selected.Branch.Tree.RecordBatches([selected.Branch.Path], 0, end);
            batch = reader.Next() is { } first ? RoundTrip(first) : null;
        }
        catch (RootException)
        {
            return; // damaged further on
        }
        using var writer = new EntryWriter(selected.Branch, 0, end);
        for (var row = 0; row < (batch?.Length ?? 0); row++)
        {
            var found = Json(json => Write(batch!.Column(0), row, json));
            // The first branch of a path is read where paths repeat, so only that one is compared.
            if (selected.Branch.Tree.Find(selected.Branch.Path) == selected.Branch)
                found.ShouldBe(Json(json => writer.WriteNext(json)), $"{selected.Branch}, entry {row}");
        }
    }

    private static RecordBatch RoundTrip(RecordBatch batch)
    {
        var stream = new MemoryStream();
        using (var writer = new ArrowFileWriter(stream, batch.Schema, leaveOpen: true))
        {
            writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }
        stream.Position = 0;
        using var reader = new ArrowFileReader(stream);
        return reader.ReadNextRecordBatch()!;
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            write(json);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(IArrowArray array, int i, Utf8JsonWriter json)
    {
        switch (array)
        {
            case ListArray list: WriteAll(list.GetSlicedValues(i)!, json); break;
            case FixedSizeListArray list: WriteAll(list.GetSlicedValues(i)!, json); break;
            case StructArray record:
                json.WriteStartObject();
                for (var f = 0; f < record.Fields.Count; f++)
                {
                    json.WritePropertyName(((Apache.Arrow.Types.StructType)record.Data.DataType).Fields[f].Name);
                    Write(record.Fields[f], i, json);
                }
                json.WriteEndObject();
                break;
            case NullArray: json.WriteStartObject(); json.WriteEndObject(); break;
            case StringArray text: json.WriteStringValue(text.GetString(i)); break;
            case BooleanArray truth: json.WriteBooleanValue(truth.GetValue(i)!.Value); break;
            case FloatArray numbers: WriteNumber(numbers.Values[i], numbers.Values[i], json); break;
            case DoubleArray numbers: WriteNumber(numbers.Values[i], null, json); break;
            case Int8Array numbers: json.WriteNumberValue(numbers.Values[i]); break;
            case UInt8Array numbers: json.WriteNumberValue(numbers.Values[i]); break;
            case Int16Array numbers: json.WriteNumberValue(numbers.Values[i]); break;
            case UInt16Array numbers: json.WriteNumberValue(numbers.Values[i]); break;
            case Int32Array numbers: json.WriteNumberValue(numbers.Values[i]); break;
            case UInt32Array numbers: json.WriteNumberValue(numbers.Values[i]); break;
            case Int64Array numbers: json.WriteNumberValue(numbers.Values[i]); break;
            case UInt64Array numbers: json.WriteNumberValue(numbers.Values[i]); break;
            default: throw new InvalidOperationException(array.GetType().Name);
        }
    }

    private static void WriteAll(IArrowArray items, Utf8JsonWriter json)
    {
        json.WriteStartArray();
        for (var i = 0; i < items.Length; i++)
            Write(items, i, json);
        json.WriteEndArray();
    }

    private static void WriteNumber(double number, float? single, Utf8JsonWriter json)
    {
        if (!double.IsFinite(number))
            json.WriteStringValue(double.IsNaN(number) ? "nan" : number > 0 ? "inf" : "-inf");
        else if (single is { } value)
            json.WriteNumberValue(value);
        else
            json.WriteNumberValue(number);
    }
}
