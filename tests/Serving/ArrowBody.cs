using System.Net;
using System.Net.Http.Headers;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using CommunityToolkit.HighPerformance;
using DaprHep.Data.Events;
using DaprHep.Physics;

namespace DaprHep.Serving.Tests;

/// <summary>Events as an Arrow stream, and predictions from one.</summary>
internal static class ArrowBody
{
    public const string ContentType = "application/vnd.apache.arrow.stream";
    private static readonly Schema Schema = EventSchema.Create(HlfColumns.Names, ParticleColumns.Names, new Dictionary<string, string>());

    /// <summary>The stream of some events, so many a batch; ids count from 1000.</summary>
    public static byte[] Of(RawEvents events, int batch = int.MaxValue, Func<Schema, IArrowArray[], RecordBatch>? make = null)
    {
        using var stream = new MemoryStream();
        RecordBatch first = make is null ? BatchOf(events, 0, 0, null) : BatchOf(events, 0, Math.Min(batch, events.Count), make);
        using (var writer = new ArrowStreamWriter(stream, make is null ? Schema : first.Schema, leaveOpen: true))
        {
            for (int i = 0; i < events.Count; i += batch)
            {
                writer.WriteRecordBatch(BatchOf(events, i, Math.Min(batch, events.Count - i), make));
                if (batch == int.MaxValue)
                    break;
            }
            writer.WriteEnd();
        }
        return stream.ToArray();
    }

    /// <summary>Posts a body.</summary>
    public static async Task<(HttpStatusCode Status, byte[] Answer)> PostAsync(
        HttpClient http, string model, byte[] body, string type = ContentType, string? accept = null)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{model}/predict", UriKind.Relative)) { Content = content };
        if (accept is not null)
            request.Headers.Accept.ParseAdd(accept);
        using HttpResponseMessage answer = await http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsByteArrayAsync());
    }

    /// <summary>The batches of an answer.</summary>
    public static (List<ulong> Ids, List<float> Probabilities, int Batches, Schema Schema) Read(byte[] answer)
    {
        (List<ulong> ids, List<float> probabilities, int batches) = ([], [], 0);
        using var reader = new ArrowStreamReader(new MemoryStream(answer));
        Schema schema = reader.Schema;
        for (; reader.ReadNextRecordBatch() is { } batch; batches++)
        {
            ids.AddRange(((UInt64Array)batch.Column(PredictionSchema.Event)).Values);
            probabilities.AddRange(((FloatArray)((FixedSizeListArray)batch.Column(PredictionSchema.Probabilities)).Values).Values);
        }
        return (ids, probabilities, batches, schema);
    }

    private static RecordBatch BatchOf(RawEvents all, int first, int count, Func<Schema, IArrowArray[], RecordBatch>? make)
    {
        RawEvents events = all.Select([.. Enumerable.Range(first, Math.Min(count, all.Count - first))]);
        ulong[] ids = [.. Enumerable.Range(0, events.Count).Select(i => (ulong)(1000 + first + i))];
        var hlf = (FixedSizeListType)Schema.GetFieldByName(EventSchema.Hlf)!.DataType;
        var particles = (ListType)Schema.GetFieldByName(EventSchema.Particles)!.DataType;
        var row = (FixedSizeListType)particles.ValueDataType;
        IArrowArray[] columns =
        [
            new UInt64Array(Buffer(ids), ArrowBuffer.Empty, events.Count, 0, 0),
            new Int8Array(new ArrowBuffer(new byte[events.Count]), ArrowBuffer.Empty, events.Count, 0, 0),
            new FixedSizeListArray(hlf, events.Count, Floats(events.Hlf), ArrowBuffer.Empty),
            new ListArray(
                particles, events.Count, Buffer(events.Offsets),
                new FixedSizeListArray(row, events.Particles.Length / 19, Floats(events.Particles), ArrowBuffer.Empty), ArrowBuffer.Empty),
        ];
        return make is null ? new RecordBatch(Schema, columns, events.Count) : make(Schema, columns);

        static FloatArray Floats(float[] values) => new(Buffer(values), ArrowBuffer.Empty, values.Length, 0, 0);

        static ArrowBuffer Buffer<T>(T[] values)
            where T : unmanaged => new(values.AsMemory().AsBytes());
    }
}
