using System.Diagnostics;
using DaprHep.Physics;
using DaprHep.Root;

namespace DaprHep.Benchmarks.Ingest;

/// <summary>A pass that writes nothing, to tell reading from physics.</summary>
/// <param name="Read">Seconds to read, inflate and decode the branches.</param>
/// <param name="Physics">Seconds to select events and compute features and particles.</param>
internal sealed record StagePass(double Read, double Physics)
{
    public static StagePass Run(IReadOnlyList<string> files, PhysicsProfile profile)
    {
        TimeSpan read = default, physics = default;
        foreach (var path in files)
        {
            using var file = RootFile.Open(path);
            using var reader = new DelphesReader(file.Tree(DelphesBranches.Tree), 0);
            var converter = new EventConverter(profile);
            var selection = new TopologyEvents();
            var at = Stopwatch.GetTimestamp();
            while (reader.Next())
            {
                var events = reader.Events;
                read += Stopwatch.GetElapsedTime(at);
                at = Stopwatch.GetTimestamp();
                selection.Clear();
                converter.Convert(events, selection);
                physics += Stopwatch.GetElapsedTime(at);
                at = Stopwatch.GetTimestamp();
            }
        }
        return new StagePass(read.TotalSeconds, physics.TotalSeconds);
    }
}
