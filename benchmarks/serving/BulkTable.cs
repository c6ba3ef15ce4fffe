using System.Runtime.InteropServices;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Inference;
using DaprHep.Physics;

namespace DaprHep.Benchmarks.Serving;

/// <summary>
/// Events a second in bulk, on one core with one thread. Ours begins with raw events. So does ONNX Runtime once, with the preparation in
/// JavaScript; the other figures of the peers begin with prepared events in batches by length.
/// </summary>
internal static class BulkTable
{
    private const int Events = 4096, Batch = 256;

    /// <summary>Measures and prints a row for each kind.</summary>
    /// <param name="seconds">How long each measurement takes.</param>
    public static void Run(double seconds)
    {
        RawEvents events = RawEvents.Draw(Events);
        string folder = Directory.CreateTempSubdirectory("daprhep-bulk-").FullName;
        try
        {
            WritePrepared(folder, events);
            Console.WriteLine(
                $"| events/s in batches of {Batch} | ours | onnxruntime-node | ratio | wanted | the same, prepared | ratio "
                + "| PyTorch, prepared | ratio |");
            Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
            foreach (string kind in BenchmarkModels.Kinds)
            {
                SavedModel model = BenchmarkModels.Save(kind);
                Peers.Write(folder, model);
                double raw = Peers.OnnxRuntimeRate(folder, "raw", Batch, seconds);
                double prepared = Peers.OnnxRuntimeRate(folder, "prepared", Batch, seconds);
                double torch = Peers.TorchRate(folder, kind, Batch, seconds);
                double ours = KernelTable.Rate(Predictor.From(model), events, seconds);
                string wanted = kind == "inclusive" ? Wanted.AtLeast($"{kind} in bulk over onnxruntime-node", ours / raw, 3) : "";
                Console.WriteLine(
                    $"| {kind} | {ours:N0} | {raw:N0} | {ours / raw:F2} | {wanted} | {prepared:N0} | {ours / prepared:F2} "
                    + $"| {torch:N0} | {ours / torch:F2} |");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void WritePrepared(string folder, RawEvents events)
    {
        var prepared = new float[events.Particles.Length];
        for (int i = 0; i < events.Count; i++)
        {
            Range rows = (events.Offsets[i] * ParticleColumns.Count)..(events.Offsets[i + 1] * ParticleColumns.Count);
            ParticleSequence.Write(PhysicsProfile.Standard, events.Particles.AsSpan()[rows], prepared.AsSpan()[rows]);
        }
        File.WriteAllBytes(Path.Combine(folder, "features"), MemoryMarshal.AsBytes<float>(events.Hlf));
        File.WriteAllBytes(Path.Combine(folder, "offsets"), MemoryMarshal.AsBytes<int>(events.Offsets));
        File.WriteAllBytes(Path.Combine(folder, "particles"), MemoryMarshal.AsBytes<float>(events.Particles));
        File.WriteAllBytes(Path.Combine(folder, "prepared"), MemoryMarshal.AsBytes<float>(prepared));
    }
}
