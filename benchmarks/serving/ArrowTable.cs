using System.Net.Http.Headers;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using CommunityToolkit.HighPerformance;
using DaprHep.Data.Events;
using DaprHep.Learning.Models;
using DaprHep.Physics;

namespace DaprHep.Benchmarks.Serving;

/// <summary>Arrow streams of events over HTTP: events a second by the clock, and a second of the server's processor time.</summary>
internal static class ArrowTable
{
    private static readonly (string Kind, int Events, int Batch, double Wanted)[] Rows =
        [("hlf", 1 << 20, 1 << 14, 1_000_000), ("trees", 1 << 18, 1 << 14, 300_000), ("inclusive", 1 << 14, 1 << 10, 4_000)];

    /// <summary>Measures and prints a row for each kind.</summary>
    /// <param name="seconds">How long each measurement takes.</param>
    public static async Task RunAsync(double seconds)
    {
        Console.WriteLine("| Arrow stream, events a request | events/s by the clock | events/s a core of the server | wanted a core |");
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        foreach ((string kind, int events, int batch, double wanted) in Rows)
        {
            string folder = Directory.CreateTempSubdirectory("daprhep-arrow-").FullName;
            try
            {
                Peers.Write(folder, BenchmarkModels.Save(kind));
                using ServerProcess server = await ServerProcess.StartOursAsync(folder);
                byte[] body = StreamOf(events, batch, ModelRegistry.ReadsParticles(kind));
                using var http = new HttpClient { BaseAddress = server.Url };
                await PostAsync(http, kind, body);
                long posted = 0;
                TimeSpan before = server.ProcessorTime;
                long start = System.Diagnostics.Stopwatch.GetTimestamp();
                while (System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
                {
                    await PostAsync(http, kind, body);
                    posted += events;
                }
                double byClock = posted / System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
                double byCore = posted / (server.ProcessorTime - before).TotalSeconds;
                string least = Wanted.AtLeast($"Arrow stream, {kind}, events/s a core", byCore, wanted);
                Console.WriteLine($"| {kind}, {events:N0} | {byClock:N0} | {byCore:N0} | {least} |");
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static async Task PostAsync(HttpClient http, string kind, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/vnd.apache.arrow.stream");
        using HttpResponseMessage answer = await http.PostAsync(new Uri($"/v1/models/{kind}/predict", UriKind.Relative), content);
        await answer.Content.CopyToAsync(Stream.Null);
        answer.EnsureSuccessStatusCode();
    }

    private static byte[] StreamOf(int events, int batch, bool withParticles)
    {
        Schema schema = EventSchema.Create(HlfColumns.Names, ParticleColumns.Names, new Dictionary<string, string>());
        var hlf = (FixedSizeListType)schema.GetFieldByName(EventSchema.Hlf)!.DataType;
        var particles = (ListType)schema.GetFieldByName(EventSchema.Particles)!.DataType;
        var row = (FixedSizeListType)particles.ValueDataType;
        RawEvents some = withParticles ? RawEvents.Draw(batch) : RawEvents.OfLengths(new int[batch]);
        using var stream = new MemoryStream();
        using (var writer = new ArrowStreamWriter(stream, schema, leaveOpen: true))
        {
            for (int first = 0; first < events; first += batch)
            {
                ulong[] ids = [.. Enumerable.Range(first, batch).Select(i => (ulong)i)];
                IArrowArray[] columns =
                [
                    new UInt64Array(Buffer(ids), ArrowBuffer.Empty, batch, 0, 0),
                    new Int8Array(new ArrowBuffer(new byte[batch]), ArrowBuffer.Empty, batch, 0, 0),
                    new FixedSizeListArray(hlf, batch, Floats(some.Hlf), ArrowBuffer.Empty),
                    new ListArray(
                        particles, batch, Buffer(some.Offsets),
                        new FixedSizeListArray(row, some.Offsets[^1], Floats(some.Particles), ArrowBuffer.Empty), ArrowBuffer.Empty),
                ];
                writer.WriteRecordBatch(new RecordBatch(schema, columns, batch));
            }
            writer.WriteEnd();
        }
        return stream.ToArray();

        static FloatArray Floats(float[] values) => new(Buffer(values), ArrowBuffer.Empty, values.Length, 0, 0);

        static ArrowBuffer Buffer<T>(T[] values)
            where T : unmanaged => new(values.AsMemory().AsBytes());
    }
}
