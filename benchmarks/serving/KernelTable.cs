using System.Diagnostics;
using DaprHep.Learning.Inference;

namespace DaprHep.Benchmarks.Serving;

/// <summary>
/// The library alone, on one core: how long one event takes, and how many events a second go through in bulk, preparation included.
/// </summary>
internal static class KernelTable
{
    private const int Particles = 120, BulkEvents = 4096;

    /// <summary>Measures all kinds and prints a row for each.</summary>
    /// <param name="seconds">How long each measurement takes.</param>
    public static void Run(double seconds)
    {
        Console.WriteLine(
            $"| model | one event, {Particles} particles, median µs | wanted | p99 µs | in bulk, events/s | bytes allocated a call | wanted |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        RawEvents one = RawEvents.OfLengths(Particles), bulk = RawEvents.Draw(BulkEvents);
        foreach (string kind in BenchmarkModels.Kinds)
        {
            Predictor predictor = Predictor.From(BenchmarkModels.Save(kind));
            (double median, double p99, double bytes) = Latency(predictor, one, seconds);
            string wanted = kind == "inclusive" ? Wanted.AtMost($"time of one event, {kind}, µs", median, 150) : "";
            string none = Wanted.AtMost($"bytes allocated a call, {kind}", bytes, 1);
            Console.WriteLine($"| {kind} | {median:F1} | {wanted} | {p99:F1} | {Rate(predictor, bulk, seconds):N0} | {bytes:F1} | {none} |");
        }
    }

    private static (double Median, double P99, double Bytes) Latency(Predictor predictor, RawEvents one, double seconds)
    {
        var probabilities = new float[predictor.Classes];
        var micros = new List<double>(1 << 20);
        Call(0.3);
        micros.Clear();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Call(seconds);
        double bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)micros.Count;
        micros.Sort();
        return (micros[micros.Count / 2], micros[micros.Count * 99 / 100], bytes);

        void Call(double duration)
        {
            long end = Stopwatch.GetTimestamp() + (long)(duration * Stopwatch.Frequency);
            for (long now = Stopwatch.GetTimestamp(); now < end && micros.Count < micros.Capacity;)
            {
                predictor.Predict(one.Hlf, one.Particles, one.Offsets, probabilities);
                long then = Stopwatch.GetTimestamp();
                micros.Add((then - now) * 1e6 / Stopwatch.Frequency);
                now = then;
            }
        }
    }

    // By processor time, so that other programs on the machine do not count.
    internal static double Rate(Predictor predictor, RawEvents events, double seconds)
    {
        var probabilities = new float[events.Count * predictor.Classes];
        predictor.Predict(events.Hlf, events.Particles, events.Offsets, probabilities);
        long done = 0, start = Stopwatch.GetTimestamp();
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
        {
            predictor.Predict(events.Hlf, events.Particles, events.Offsets, probabilities);
            done += events.Count;
        }
        return done / (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
    }
}
