using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;

namespace DaprHep.ArrowFormat.Tests;

/// <summary>Reading and writing whole files and streams, all ways a program may do it.</summary>
internal static class ArrowFiles
{
    public static readonly CompressionCodecFactory Codecs = new();

    public static byte[] Write(Schema schema, IEnumerable<RecordBatch> batches, bool file = true, CompressionCodecType? codec = null)
    {
        var bytes = new MemoryStream();
        var options = new IpcOptions { CompressionCodec = codec, CompressionCodecFactory = Codecs };
        using (var writer = file
            ? new ArrowFileWriter(bytes, schema, leaveOpen: true, options)
            : new ArrowStreamWriter(bytes, schema, leaveOpen: true, options))
        {
            foreach (var batch in batches)
                writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }

        return bytes.ToArray();
    }

    public static (Schema Schema, List<RecordBatch> Batches) Read(ArrowStreamReader reader)
    {
        using (reader)
        {
            var batches = new List<RecordBatch>();
            while (reader.ReadNextRecordBatch() is { } batch)
                batches.Add(batch);
            return (reader.Schema, batches);
        }
    }

    public static async Task<(Schema Schema, List<RecordBatch> Batches)> ReadAsync(ArrowStreamReader reader)
    {
        using (reader)
        {
            var batches = new List<RecordBatch>();
            while (await reader.ReadNextRecordBatchAsync() is { } batch)
                batches.Add(batch);
            return (await reader.GetSchema(), batches);
        }
    }

    /// <summary>Readers for the same bytes: the file through its footer, and the stream from a stream and from memory.</summary>
    public static IEnumerable<ArrowStreamReader> Readers(byte[] bytes, bool file)
    {
        if (file)
            yield return new ArrowFileReader(new MemoryStream(bytes), Codecs);
        int start = Math.Min(file ? 8 : 0, bytes.Length);
        yield return new ArrowStreamReader(bytes.AsMemory(start), Codecs);
        yield return new ArrowStreamReader(new MemoryStream(bytes, start, bytes.Length - start), Codecs);
    }
}
