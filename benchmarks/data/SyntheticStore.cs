using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Data.Sampling;
using DaprHep.Physics;

namespace DaprHep.Benchmarks.Data;

/// <summary>A plan and its converted partitions, of real events that are repeated under new identities: as many as one likes.</summary>
/// <param name="store">Where they go.</param>
/// <param name="events">The real events, by label.</param>
/// <param name="compression">How they are compressed; null for not at all.</param>
internal sealed class SyntheticStore(ObjectStore store, IReadOnlyList<List<EventTable>> events, string? compression)
{
    // As conversion cuts files.
    private const int PartitionEvents = 20_000;

    /// <summary>Bytes of an event before compression, in the mean over the classes.</summary>
    public double EventBytes => events.Average(tables => tables.Sum(table => table.Bytes) / (double)tables.Sum(table => table.Count));

    /// <summary>Bytes of all parts.</summary>
    public long Written { get; private set; }

    /// <summary>Writes so many events, a third of each class.</summary>
    public async Task<PartitionPlan> WriteAsync(long count)
    {
        long each = (count + events.Count - 1) / events.Count;
        SourceFile[] sources = [.. events.Select((_, label) => new SourceFile(
            $"synthetic-{label}.root", DelphesBranches.Tree, 1, each, DigestOf(label), null, label, DataSplit.ByIdentity))];
        var partitions = new List<Partition>();
        for (long first = 0; first < each; first += PartitionEvents)
            partitions.AddRange(sources.Select((source, index) => new Partition(index, source.Label, DataSplit.ByIdentity, first, Math.Min(each, first + PartitionEvents))));
        var plan = new PartitionPlan(RealEvents.Physics, sources, partitions) { Compression = compression };
        await PlanObjects.WriteAsync(store, plan);
        foreach (Partition partition in partitions)
            await WriteAsync(plan, partition);
        return plan;
    }

    private async Task WriteAsync(PartitionPlan plan, Partition partition)
    {
        string name = EventDatasets.NameOf(plan, partition);
        var schema = EventSchema.Create(HlfColumns.Names, ParticleColumns.Names, new Dictionary<string, string> { ["physics"] = plan.Physics });
        await using DatasetPartWriter writer = await DatasetPartWriter.CreateAsync(store, name, 0, schema, compression);
        List<EventTable> tables = events[partition.Label];
        uint source = plan.Sources[partition.Source].Id;
        long next = partition.First;
        for (int i = 0; next < partition.End; i++)
        {
            EventTable table = tables[i % tables.Count];
            int rows = (int)Math.Min(table.Count, partition.End - next);
            ulong[] ids = [.. Enumerable.Range(0, rows).Select(row => EventIdentity.Of(source, (uint)(next + row)))];
            writer.Write(table with
            {
                Ids = ids,
                Labels = table.Labels[..rows],
                Hlf = table.Hlf[..(rows * EventSchema.Features)],
                Offsets = table.Offsets[..(rows + 1)],
                Particles = table.Particles[..(table.Offsets.Span[rows] * EventSchema.ParticleColumns)],
            });
            next += rows;
        }
        DatasetPart part = await writer.CommitAsync();
        Written += part.Bytes;
        await Dataset.CommitAsync(store, name, new DatasetManifest
        {
            Step = EventDatasets.Step,
            StepVersion = EventDatasets.StepVersion,
            Software = "benchmark",
            Parameters = EventDatasets.ParametersOf(plan.Physics, plan.Sources[partition.Source], partition, compression),
            Inputs = [plan.Sources[partition.Source].Digest],
            Parts = [part],
            Labels = new SortedDictionary<int, long> { [partition.Label] = part.Rows },
            Counts = [new NamedCount("read", part.Rows), new NamedCount("selected", part.Rows)],
        });
    }

    private static string DigestOf(int label) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"synthetic {label}"))));
}
