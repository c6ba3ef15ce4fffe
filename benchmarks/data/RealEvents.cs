using DaprHep.Data.Events;
using DaprHep.Ingest;
using DaprHep.Physics;
using DaprHep.Tests;

namespace DaprHep.Benchmarks.Data;

/// <summary>Selected events of Delphes files without pile-up, by label, as conversion gives them.</summary>
internal static class RealEvents
{
    public const string Physics = "standard";

    /// <summary>The files, by label.</summary>
    public static IReadOnlyList<string[]> Files { get; } =
    [
        .. EventClasses.Names.Select(name => Directory.GetFiles(
            Path.Combine(Repository.Shared is { } shared ? Path.Combine(shared, "delphes", "nopu", "train") : Repository.Samples, name), "*.root")
            .Order(StringComparer.Ordinal).ToArray()),
    ];

    /// <summary>Their events, by label; a table a chunk of a file.</summary>
    public static IReadOnlyList<List<EventTable>> Read() => [.. Files.Select((files, label) => files.SelectMany(file => Read(file, label)).ToList())];

    private static List<EventTable> Read(string file, int label)
    {
        var tables = new List<EventTable>();
        using var conversion = EventConversion.Open(Physics, file, DelphesBranches.Tree, label);
        conversion.Run(
            table => tables.Add(new EventTable(
                table.Ids.ToArray(), table.Labels.ToArray(), table.Hlf.ToArray(), table.Offsets.ToArray(), table.Particles.ToArray())),
            _ => { },
            CancellationToken.None);
        return tables;
    }

    /// <summary>The same events with one particle, the lepton, as far as a stage can be without particles.</summary>
    public static EventTable WithoutParticles(EventTable table)
    {
        float[] leptons = new float[table.Count * EventSchema.ParticleColumns];
        for (int i = 0; i < table.Count; i++)
            table.ParticlesOf(i)[..EventSchema.ParticleColumns].CopyTo(leptons.AsSpan(i * EventSchema.ParticleColumns));
        return table with { Offsets = Enumerable.Range(0, table.Count + 1).ToArray(), Particles = leptons };
    }
}
