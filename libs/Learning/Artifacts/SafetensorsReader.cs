using System.Buffers.Binary;
using System.Text.Json;
using DaprHep.Learning.Models;

namespace DaprHep.Learning.Artifacts;

/// <summary>
/// Reads the safetensors format (github.com/huggingface/safetensors) and rejects whatever the format forbids: headers past the end of the
/// file, tensors that overlap, leave gaps or lie outside, shapes that do not fit their bytes, names given twice. Only float32 tensors are
/// read.
/// </summary>
public static class SafetensorsReader
{
    /// <summary>The longest header that is parsed, in bytes.</summary>
    public const int MaxHeaderBytes = 1 << 20;

    internal const string MetadataKey = "__metadata__";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 4 };

    /// <summary>Reads all tensors, in the order of their values in the file.</summary>
    /// <param name="file">The whole file.</param>
    /// <exception cref="ModelFormatException">The file is malformed; the message says where.</exception>
    public static IReadOnlyList<NamedTensor> Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < sizeof(ulong))
        {
            throw new ModelFormatException(
                $"The weights file has {file.Length} bytes; at least the 8 bytes of its header's length were expected");
        }
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(file);
        if (headerLength > MaxHeaderBytes)
        {
            throw new ModelFormatException(
                $"The weights file claims a header of {headerLength} bytes; at most {MaxHeaderBytes} are accepted");
        }
        if ((int)headerLength > file.Length - sizeof(ulong))
        {
            throw new ModelFormatException(
                $"The weights file claims a header of {headerLength} bytes but has only {file.Length - sizeof(ulong)} after the length");
        }

        var values = file[(sizeof(ulong) + (int)headerLength)..];
        var entries = Entries(file.Slice(sizeof(ulong), (int)headerLength), values.Length);
        var tensors = new NamedTensor[entries.Count];
        long expected = 0;
        for (var i = 0; i < tensors.Length; i++)
        {
            var entry = entries[i];
            if (entry.Begin != expected)
            {
                throw new ModelFormatException(
                    $"Tensor '{entry.Name}' begins at byte {entry.Begin} of the values, the one before ends at {expected}: "
                    + "tensors must neither overlap nor leave gaps");
            }

            expected = entry.End;
            var bytes = values[(int)entry.Begin..(int)entry.End];
            var floats = new float[bytes.Length / sizeof(float)];
            for (var j = 0; j < floats.Length; j++)
                floats[j] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(j * sizeof(float))..]);
            tensors[i] = new NamedTensor(entry.Name, entry.Shape, floats);
        }

        if (expected != values.Length)
            throw new ModelFormatException($"The weights file has {values.Length} bytes of values; its tensors account for {expected}");
        return tensors;
    }

    private static List<Entry> Entries(ReadOnlySpan<byte> header, int valueBytes)
    {
        if (header.Length == 0 || header[0] != '{')
            throw new ModelFormatException("The header of the weights file does not begin with '{'");
        try
        {
            using var document = JsonDocument.Parse(header.ToArray(), Strict);
            var entries = new List<Entry>();
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == MetadataKey)
                    CheckMetadata(property.Value);
                else
                    entries.Add(TensorEntry(property.Name, property.Value, valueBytes));
            }

            entries.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
            return entries;
        }
        catch (Exception notJson) when (notJson is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: text that is no Unicode, which the parser notices only when it is asked for the text.
            throw new ModelFormatException($"The header of the weights file is not JSON: {notJson.Message}", notJson);
        }
    }

    private static void CheckMetadata(JsonElement metadata)
    {
        if (metadata.ValueKind != JsonValueKind.Object
            || metadata.EnumerateObject().Any(entry => entry.Value.ValueKind != JsonValueKind.String))
            throw new ModelFormatException($"'{MetadataKey}' in the header of the weights file is not an object of strings");
    }

    private static Entry TensorEntry(string name, JsonElement entry, int valueBytes)
    {
        if (entry.ValueKind != JsonValueKind.Object)
            throw new ModelFormatException($"The header entry of tensor '{name}' is not an object");
        foreach (var property in entry.EnumerateObject())
        {
            if (property.Name is not ("dtype" or "shape" or "data_offsets"))
                throw new ModelFormatException($"Tensor '{name}' has an unknown field '{property.Name}'");
        }

        if (!entry.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String)
            throw new ModelFormatException($"Tensor '{name}' has no dtype");
        if (!dtype.ValueEquals("F32"))
            throw new ModelFormatException($"Tensor '{name}' has dtype {dtype.GetString()}; only F32 is read");

        var shape = Array.ConvertAll(Numbers(name, entry, "shape"), size => size <= int.MaxValue ? (int)size : throw TooLarge(name));
        var offsets = Numbers(name, entry, "data_offsets");
        if (offsets.Length != 2 || offsets[0] > offsets[1])
        {
            throw new ModelFormatException(
                $"Tensor '{name}' has data_offsets [{string.Join(", ", offsets)}]; a begin and an end were expected");
        }
        if (offsets[1] > valueBytes)
            throw new ModelFormatException($"Tensor '{name}' ends at byte {offsets[1]} of the values; the file has {valueBytes}");

        long bytes = sizeof(float);
        foreach (var size in shape)
        {
            bytes *= size;
            if (bytes > valueBytes && !shape.Contains(0))
                throw TooLarge(name);
        }

        if (bytes != offsets[1] - offsets[0])
        {
            throw new ModelFormatException(
                $"Tensor '{name}' of shape [{string.Join(", ", shape)}] needs {bytes} bytes; "
                + $"its data_offsets give {offsets[1] - offsets[0]}");
        }

        return new Entry(name, shape, offsets[0], offsets[1]);

        ModelFormatException TooLarge(string tensor) =>
            new($"Tensor '{tensor}' is larger than the {valueBytes} bytes of values in the file");
    }

    private static long[] Numbers(string tensor, JsonElement entry, string field)
    {
        if (!entry.TryGetProperty(field, out var array) || array.ValueKind != JsonValueKind.Array)
            throw new ModelFormatException($"Tensor '{tensor}' has no {field}");
        var numbers = new long[array.GetArrayLength()];
        if (numbers.Length > 8)
            throw new ModelFormatException($"Tensor '{tensor}' has {numbers.Length} numbers in {field}; at most 8 are accepted");
        var i = 0;
        foreach (var element in array.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out numbers[i++]) || numbers[i - 1] < 0)
            {
                throw new ModelFormatException(
                    $"Tensor '{tensor}' has {element.GetRawText()} in {field}; whole numbers from 0 were expected");
            }
        }

        return numbers;
    }

    private sealed record Entry(string Name, int[] Shape, long Begin, long End);
}
