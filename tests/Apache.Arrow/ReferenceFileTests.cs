using System.Globalization;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;

namespace DaprHep.ArrowFormat.Tests;

/// <summary>Files that other Arrow implementations wrote.</summary>
public sealed class ReferenceFileTests
{
    [Fact]
    public async Task Files_by_pyarrow_decode_to_the_values_beside_them()
    {
        if (Repository.Shared is not { } shared)
            return;

        var paths = Directory.GetFiles(Path.Combine(shared, "arrow"), "*.arrow*")
            .Where(path => !path.EndsWith(".json", StringComparison.Ordinal)).ToList();
        paths.Count.ShouldBeGreaterThan(8);
        foreach (string path in paths)
        {
            byte[] bytes = await File.ReadAllBytesAsync(path);
            bool file = path.EndsWith(".arrow", StringComparison.Ordinal);
            foreach (var reader in ArrowFiles.Readers(bytes, file))
                Check(ArrowFiles.Read(reader), path);
            foreach (var reader in ArrowFiles.Readers(bytes, file))
                Check(await ArrowFiles.ReadAsync(reader), path);
        }
    }

    [Fact]
    public void Golden_files_in_the_repository_hold_the_rows_of_the_tables_beside_them()
    {
        int files = 0;
        foreach (string path in Directory.EnumerateFiles(Golden, "*.arrow", SearchOption.AllDirectories))
        {
            string[] table = File.ReadAllLines(Path.ChangeExtension(path, ".hlf.csv"));
            string[] columns = table[0].Split(',');
            using var reader = ArrowFileReader.FromFile(path);
            var batch = reader.ReadNextRecordBatch().ShouldNotBeNull();
            batch.Length.ShouldBeLessThanOrEqualTo(table.Length - 1);
            var hlf = (FixedSizeListArray)batch.Column("hlf");
            var values = ((DoubleArray)hlf.Values).Values;
            int first = System.Array.IndexOf(columns, "HT");
            for (int row = 0; row < batch.Length; row++)
            {
                string[] cells = table[row + 1].Split(',');
                values[row * 14].ShouldBe(double.Parse(cells[first], CultureInfo.InvariantCulture), $"{path}, row {row}");
            }

            files++;
        }

        files.ShouldBeGreaterThan(0);
    }

    private static string Golden => Path.Combine(Repository.Root, "tests", "Physics", "golden");

    private static void Check((Schema Schema, List<RecordBatch> Batches) read, string path)
    {
        using var expected = JsonDocument.Parse(File.ReadAllBytes(path + ".json"));
        var root = expected.RootElement;
        read.Schema.FieldsList.Count.ShouldBe(root.GetProperty("schema").GetArrayLength(), path);
        for (int column = 0; column < read.Schema.FieldsList.Count; column++)
        {
            var field = read.Schema.FieldsList[column];
            var described = root.GetProperty("schema")[column];
            field.Name.ShouldBe(described[0].GetString(), path);
            Describe(field.DataType).ShouldBe(described[1].GetString(), path);
            field.IsNullable.ShouldBe(described[2].GetBoolean(), path);
            var values = read.Batches.SelectMany(batch => PlainValues.Of(batch.Column(field.Name))).ToList();
            var wanted = root.GetProperty("values").GetProperty(field.Name).EnumerateArray().Select(PlainValues.Of).ToList();
            values.ShouldBe(wanted, $"{path}, column {field.Name}");
        }

        read.Batches.Sum(batch => batch.Length).ShouldBe(root.GetProperty("rows").GetInt32(), path);
        var metadata = root.GetProperty("metadata").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!);
        (read.Schema.Metadata ?? new Dictionary<string, string>()).ShouldBe(metadata, ignoreOrder: true, path);
    }

    /// <summary>A type as pyarrow prints it.</summary>
    private static string Describe(IArrowType type) => type switch
    {
        StringType => "string",
        LargeStringType => "large_string",
        TimestampType t => $"timestamp[us, tz={t.Timezone}]",
        Date32Type => "date32[day]",
        DictionaryType d => $"dictionary<values={Describe(d.ValueType)}, indices={Describe(d.IndexType)}, ordered={(d.Ordered ? 1 : 0)}>",
        FixedSizeListType l => $"fixed_size_list<{l.ValueField.Name}: {Describe(l.ValueDataType)}>[{l.ListSize}]",
        ListType l => $"list<{l.ValueField.Name}: {Describe(l.ValueDataType)}>",
        StructType s => $"struct<{string.Join(", ", s.Fields.Select(f => $"{f.Name}: {Describe(f.DataType)}"))}>",
        _ => type.Name,
    };
}
