using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace DaprHep.ArrowFormat.Tests;

/// <summary>What we write, read by the JavaScript implementation (the npm package apache-arrow).</summary>
public sealed class JavaScriptTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Apache.Arrow", "js");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Events_are_read_with_equal_values_and_metadata(bool file)
    {
        RecordBatch[] batches = [EventBatches.Random(1, 30, 10), EventBatches.Random(2, 0, 1), EventBatches.Random(3, 5, 40).Slice(1, 3)];
        using var dumped = Dump(ArrowFiles.Write(EventBatches.Schema, batches, file));
        var root = dumped.RootElement;
        root.GetProperty("schema").GetProperty("metadata").GetProperty("note").GetString().ShouldBe("ünïcode");
        var hlf = root.GetProperty("schema").GetProperty("fields")[2];
        hlf[1].GetString().ShouldBe("FixedSizeList[14]<Float32>");
        hlf[3].GetProperty("names").GetString().ShouldBe("HT MET PhiMET");
        Check(root, EventBatches.Schema, batches);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void All_types_it_knows_are_read_with_equal_values(bool file)
    {
        IArrowType[] types =
        [
            .. RandomArrays.SimpleTypes.Where(type => type is not (TimeBasedType or DateType or Decimal128Type or HalfFloatType)),
            .. RandomArrays.NestedTypes.Where(type => !IsUnknownThere(type)),
        ];
        var schema = new Schema(types.Select((type, i) => new Field($"c{i}", type, true)), null);
        RecordBatch[] batches = [new RandomArrays(5).Batch(schema, 70)];
        using var dumped = Dump(ArrowFiles.Write(schema, batches, file));
        Check(dumped.RootElement, schema, batches);
    }

    /// <summary>64-bit list offsets are not known there, and 64-bit dictionary indices fail.</summary>
    private static bool IsUnknownThere(IArrowType type) =>
        type is LargeListType or DictionaryType { IndexType: Int64Type or UInt64Type }
        || (type is NestedType nested && nested.Fields.Any(field => IsUnknownThere(field.DataType)));

    private static void Check(JsonElement root, Schema schema, RecordBatch[] batches)
    {
        foreach (var field in schema.FieldsList)
        {
            var read = root.GetProperty("values").GetProperty(field.Name).EnumerateArray().Select(PlainValues.Of);
            read.ShouldBe(batches.SelectMany(batch => PlainValues.Of(batch.Column(field.Name))), $"column {field}");
        }
    }

    private static JsonDocument Dump(byte[] bytes)
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "apache-arrow")))
            Run("npm", ["ci", "--no-audit", "--no-fund"]);
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, bytes);
            return JsonDocument.Parse(Run("node", ["dump.mjs", path]));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Run(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)} failed:\n{errors.Result}");
            return output;
        }
        catch (Win32Exception error)
        {
            throw new InvalidOperationException(
                $"This test reads our files in JavaScript: it needs {program} on PATH; install nodejs (18 or later) and npm.",
                error);
        }
    }
}
