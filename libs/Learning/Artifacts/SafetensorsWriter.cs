using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using DaprHep.Learning.Models;

namespace DaprHep.Learning.Artifacts;

/// <summary>
/// Writes the safetensors format (github.com/huggingface/safetensors): the header's length (64 bits, little-endian), a JSON header padded
/// with spaces to a multiple of 8, then the values. The same tensors give the same bytes.
/// </summary>
public static class SafetensorsWriter
{
    /// <summary>Serialises float32 tensors in the order given.</summary>
    /// <param name="tensors">The tensors; names must differ.</param>
    /// <param name="metadata">Text to keep with them.</param>
    /// <exception cref="ArgumentException">Two names are equal, or a shape does not fit its values.</exception>
    public static byte[] Write(IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var header = Header(tensors, metadata);
        var padded = (header.WrittenCount + 7) / 8 * 8;
        var values = tensors.Sum(tensor => (long)tensor.Values.Length * sizeof(float));
        var file = new byte[checked(sizeof(ulong) + padded + values)];

        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)padded);
        var body = file.AsSpan(sizeof(ulong));
        header.WrittenSpan.CopyTo(body);
        body[header.WrittenCount..padded].Fill((byte)' ');
        body = body[padded..];
        foreach (var tensor in tensors)
        {
            for (var i = 0; i < tensor.Values.Length; i++)
                BinaryPrimitives.WriteSingleLittleEndian(body[(i * sizeof(float))..], tensor.Values[i]);
            body = body[(tensor.Values.Length * sizeof(float))..];
        }

        return file;
    }

    private static ArrayBufferWriter<byte> Header(IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var header = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(header);
        var names = new HashSet<string>(StringComparer.Ordinal) { SafetensorsReader.MetadataKey };
        long offset = 0;
        json.WriteStartObject();
        if (metadata is { Count: > 0 })
        {
            json.WriteStartObject(SafetensorsReader.MetadataKey);
            foreach (var (key, text) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
                json.WriteString(key, text);
            json.WriteEndObject();
        }

        foreach (var tensor in tensors)
        {
            if (!names.Add(tensor.Name))
                throw new ArgumentException($"Tensor name '{tensor.Name}' is taken", nameof(tensors));
            if (tensor.Shape.Aggregate(1L, (product, size) => checked(product * size)) != tensor.Values.Length)
            {
                throw new ArgumentException(
                    $"Tensor '{tensor.Name}' of shape [{string.Join(", ", tensor.Shape)}] has {tensor.Values.Length} values",
                    nameof(tensors));
            }

            json.WriteStartObject(tensor.Name);
            json.WriteString("dtype", "F32");
            json.WriteStartArray("shape");
            foreach (var size in tensor.Shape)
                json.WriteNumberValue(size);
            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(offset);
            json.WriteNumberValue(offset += (long)tensor.Values.Length * sizeof(float));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return header;
    }
}
