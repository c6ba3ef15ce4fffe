using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Physics;

namespace DaprHep.Benchmarks.Data;

/// <summary>Bytes of an event between the stages: as conversion writes it, and as a shard has it.</summary>
internal static class SizeRows
{
    public static async Task MeasureAsync(Table table, IReadOnlyList<List<EventTable>> events, string folder)
    {
        // As many as there are real ones, so that none comes twice.
        long count = events.Min(tables => tables.Sum(batch => (long)batch.Count)) * events.Count;
        foreach ((string? compression, double most) in ((string?, double)[])[(null, 10_000), ("zstd", 5_000), ("lz4", 5_000)])
        {
            string place = Path.Combine(folder, "size");
            ObjectStore store = ObjectStore.Open(place);
            PartitionPlan plan = await new SyntheticStore(store, events, compression).WriteAsync(count);
            await new FeatureStage(store, new DataMemory(1L << 30), atATime: 1).RunAsync(plan.Key);
            foreach (string step in (string[])[EventDatasets.Step, TrainingDatasets.Step])
            {
                double bytes = await BytesOfEventAsync(store, step);
                table.Want($"bytes of an event, {step}, {compression ?? "as it is"}", $"{bytes:N0}", $"≤ {most:N0}", bytes <= most);
            }
            Directory.Delete(place, recursive: true);
        }
        long padded = (ParticleColumns.MaxParticles * ParticleColumns.Count + HlfColumns.Count) * sizeof(double);
        Table.Show("the same as doubles, padded to 801 particles", $"{padded:N0}");
    }

    private static async Task<double> BytesOfEventAsync(ObjectStore store, string step)
    {
        long bytes = 0, rows = 0;
        List<ObjectEntry> manifests = await store.ListAsync($"{step}/").Where(entry => entry.Key.EndsWith(Dataset.ManifestName, StringComparison.Ordinal)).ToListAsync();
        foreach (ObjectEntry manifest in manifests)
        {
            Dataset dataset = await Dataset.OpenAsync(store, manifest.Key[..^(Dataset.ManifestName.Length + 1)]);
            bytes += dataset.Manifest.Parts.Sum(part => part.Bytes);
            rows += dataset.Rows;
        }
        return (double)bytes / rows;
    }
}
