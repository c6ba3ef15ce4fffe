using System.Diagnostics;
using DaprHep.Physics;
using DaprHep.Root;

namespace DaprHep.Benchmarks.Ingest;

/// <summary>Seconds and counts of one pass over the files of a dataset.</summary>
internal sealed record IngestPass(
    long Events, long Selected, double Wall, double Cpu, double Open, double Read, double Physics, double Write, long Allocated)
{
    private static readonly string[] Labels = ["qcd", "ttbar", "wjets"];

    /// <summary>Converts each file into an Arrow file of its own under <paramref name="target"/>.</summary>
    public static IngestPass Run(IReadOnlyList<string> files, EventConverter converter, TopologyEvents selection, string target)
    {
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var wall = Stopwatch.GetTimestamp();
        TimeSpan open = default, read = default, physics = default, write = default;
        var before = converter.CutFlow;
        for (var source = 0; source < files.Count; source++)
        {
            var at = Stopwatch.GetTimestamp();
            using var file = RootFile.Open(files[source]);
            using var reader = new DelphesReader(file.Tree(DelphesBranches.Tree), (uint)source);
            using var events = new EventsFile(Path.Combine(target, $"part-{source:D5}.arrow"));
            var label = (sbyte)Array.IndexOf(Labels, Path.GetFileName(Path.GetDirectoryName(files[source])));
            open += Lap(ref at);
            while (reader.Next())
            {
                var run = reader.Events;
                read += Lap(ref at);
                selection.Clear();
                converter.Convert(run, selection);
                physics += Lap(ref at);
                events.Write(selection, label);
                write += Lap(ref at);
            }
        }
        return new IngestPass(
            converter.CutFlow.Read - before.Read,
            converter.CutFlow.Selected - before.Selected,
            Stopwatch.GetElapsedTime(wall).TotalSeconds,
            (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds,
            open.TotalSeconds, read.TotalSeconds, physics.TotalSeconds, write.TotalSeconds,
            GC.GetAllocatedBytesForCurrentThread() - allocated);
    }

    private static TimeSpan Lap(ref long at)
    {
        var now = Stopwatch.GetTimestamp();
        var elapsed = Stopwatch.GetElapsedTime(at, now);
        at = now;
        return elapsed;
    }
}
