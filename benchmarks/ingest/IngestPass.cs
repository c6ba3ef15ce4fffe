using System.Diagnostics;
using DaprHep.Data.Events;
using DaprHep.Ingest;
using DaprHep.Physics;

namespace DaprHep.Benchmarks.Ingest;

/// <summary>One pass over the files of a dataset, as the ingest service converts them.</summary>
/// <param name="Events">Events read.</param>
/// <param name="Selected">Events written.</param>
/// <param name="Wall">Seconds of all.</param>
/// <param name="Cpu">CPU seconds of all, the runtime's own threads included.</param>
/// <param name="Open">Seconds to open files and learn their branches and identity.</param>
/// <param name="Write">Seconds to write Arrow.</param>
/// <param name="Allocated">Bytes allocated.</param>
internal sealed record IngestPass(long Events, long Selected, double Wall, double Cpu, double Open, double Write, long Allocated)
{
    /// <summary>Converts each file into an Arrow file of its own under <paramref name="target"/>.</summary>
    public static IngestPass Run(IReadOnlyList<string> files, PhysicsProfile profile, string target)
    {
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var wall = Stopwatch.GetTimestamp();
        TimeSpan open = default, write = default;
        long events = 0, selected = 0;
        for (var i = 0; i < files.Count; i++)
        {
            var at = Stopwatch.GetTimestamp();
            using var conversion = EventConversion.Open(profile.Name(), files[i], DelphesBranches.Tree, LabelOf(files[i]));
            open += Stopwatch.GetElapsedTime(at);
            at = Stopwatch.GetTimestamp();
            using var stream = new FileStream(Path.Combine(target, $"part-{i:D5}.arrow"), FileMode.Create, FileAccess.Write);
            using var writer = new EventFileWriter(stream, conversion.Schema);
            write += Stopwatch.GetElapsedTime(at);
            conversion.Run(Write, count => events += count, CancellationToken.None);
            at = Stopwatch.GetTimestamp();
            writer.Finish();
            stream.Flush();
            write += Stopwatch.GetElapsedTime(at);
            selected += writer.Rows;

            void Write(EventTable table)
            {
                var start = Stopwatch.GetTimestamp();
                writer.Write(table);
                write += Stopwatch.GetElapsedTime(start);
            }
        }
        return new IngestPass(
            events, selected,
            Stopwatch.GetElapsedTime(wall).TotalSeconds,
            (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds,
            open.TotalSeconds, write.TotalSeconds,
            GC.GetAllocatedBytesForCurrentThread() - allocated);
    }

    private static int LabelOf(string path) => EventClasses.LabelOf(Path.GetFileName(Path.GetDirectoryName(path)!));
}
