using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Data.Sampling;
using DaprHep.Physics;

namespace DaprHep.Features.Tests;

/// <summary>A store with a plan and its converted partitions, of made-up events.</summary>
internal sealed class MadeUpStore : IDisposable
{
    private const string Physics = "standard";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("daprhep-features-");

    public MadeUpStore() => Store = ObjectStore.Open(_folder.FullName);

    public ObjectStore Store { get; }

    /// <summary>Writes a plan of files with so many selected events each; a file's events depend on its number alone.</summary>
    /// <param name="files">Number, label and events of each file.</param>
    /// <param name="partitionEvents">Events of a partition.</param>
    public async Task<PartitionPlan> PlanAsync((int Number, int Label, int Events)[] files, int partitionEvents)
    {
        SourceFile[] sources = [.. files.Select(file => new SourceFile(
            $"file-{file.Number}.root", DelphesBranches.Tree, 1, file.Events, DigestOf(file.Number), null, file.Label, DataSplit.ByIdentity))];
        var partitions = new List<Partition>();
        for (int source = 0; source < files.Length; source++)
        {
            for (int first = 0; first < files[source].Events; first += partitionEvents)
            {
                int end = Math.Min(files[source].Events, first + partitionEvents);
                partitions.Add(new Partition(source, files[source].Label, DataSplit.ByIdentity, first, end));
            }
        }
        var plan = new PartitionPlan(Physics, sources, partitions);
        await PlanObjects.WriteAsync(Store, plan, TestContext.Current.CancellationToken);
        foreach (Partition partition in partitions)
            await WriteAsync(plan, partition);
        return plan;
    }

    /// <summary>The events of a partition, as its plan says.</summary>
    public static EventTable EventsOf(PartitionPlan plan, Partition partition)
    {
        uint source = plan.Sources[partition.Source].Id;
        int count = (int)(partition.End - partition.First);
        var ids = new ulong[count];
        var labels = new sbyte[count];
        var hlf = new float[count * EventSchema.Features];
        var offsets = new int[count + 1];
        var particles = new List<float>();
        for (int i = 0; i < count; i++)
        {
            uint entry = (uint)(partition.First + i);
            var random = new Random((int)(source ^ entry * 2654435761u));
            ids[i] = EventIdentity.Of(source, entry);
            labels[i] = (sbyte)partition.Label;
            for (int k = 0; k < EventSchema.Features; k++)
                hlf[i * EventSchema.Features + k] = (float)(Math.Exp(random.NextDouble() * 10) - 100 * k);
            int rows = random.Next(1, 9);
            for (int k = 0; k < rows * EventSchema.ParticleColumns; k++)
                particles.Add((float)(random.NextDouble() * 6 - 3));
            offsets[i + 1] = offsets[i] + rows;
        }
        return new EventTable(ids, labels, hlf, offsets, particles.ToArray());
    }

    /// <summary>Scatters where that is due, builds every shard of a split that is not there, and gives their datasets.</summary>
    public async Task<IReadOnlyList<Dataset>> BuildAsync(
        string key, FeatureStatistics statistics, DataSplit split, long memory = 1 << 30, ObjectStore? through = null)
    {
        ObjectStore store = through ?? Store;
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        PartitionPlan plan = await PlanObjects.ReadAsync(store, statistics.Plan, cancellation);
        if (ScatteredEvents.AreNeededFor(statistics.Selection))
        {
            for (int index = 0; index < plan.Partitions.Count; index++)
                await PartitionScatter.ScatterAsync(store, key, index, memory, cancellation);
        }
        var shards = new List<Dataset>();
        for (int index = 0; index < statistics.Selection.ShardsOf(split); index++)
        {
            // As the activity does.
            shards.Add(await Dataset.FindAsync(store, TrainingDatasets.NameOf(key, split, index), cancellation)
                ?? await ShardBuilder.BuildAsync(store, key, split, index, memory, cancellation));
        }
        return shards;
    }

    /// <summary>Takes away all that a step has written.</summary>
    public void Forget(string step)
    {
        string folder = Path.Combine(_folder.FullName, step);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>Merges the statistics of a plan and keeps them under a key.</summary>
    public async Task<(string Key, FeatureStatistics Statistics)> MergeAsync(
        PartitionPlan plan, int shardEvents, int seed = 5, int keptKeys = SmallestKeys.DefaultKept)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        FeatureStatistics statistics = await StatisticsMerger.MergeAsync(Store, plan, seed, cancellation, shardEvents, keptKeys);
        string key = ContentName.Of("statistics", 1, new Dictionary<string, string> { ["shard"] = $"{shardEvents}" }, [plan.Key]) + ".json";
        await Store.WriteJsonAsync(key, statistics, StatisticsJson.Default.FeatureStatistics, cancellation);
        return (key, statistics);
    }

    /// <summary>The identities of the events of datasets, in their order.</summary>
    public static async Task<IReadOnlyList<(ulong Id, int Label)>> IdsAsync(IEnumerable<Dataset> datasets)
    {
        var ids = new List<(ulong, int)>();
        foreach (Dataset dataset in datasets)
        {
            await dataset.ForEachTableAsync(
                table =>
                {
                    for (int i = 0; i < table.Count; i++)
                        ids.Add((table.Ids.Span[i], table.Labels.Span[i]));
                },
                TestContext.Current.CancellationToken);
        }
        return ids;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string DigestOf(int number) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(number)));

    private async Task WriteAsync(PartitionPlan plan, Partition partition)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string name = EventDatasets.NameOf(plan, partition);
        var schema = EventSchema.Create(HlfColumns.Names, ParticleColumns.Names, new Dictionary<string, string> { ["physics"] = Physics });
        await using DatasetPartWriter writer = await DatasetPartWriter.CreateAsync(Store, name, 0, schema, cancellation);
        EventTable events = EventsOf(plan, partition);
        writer.Write(events);
        var manifest = new DatasetManifest
        {
            Step = EventDatasets.Step,
            StepVersion = EventDatasets.StepVersion,
            Software = "test",
            Parameters = EventDatasets.ParametersOf(Physics, plan.Sources[partition.Source], partition),
            Inputs = [plan.Sources[partition.Source].Digest],
            Parts = [await writer.CommitAsync(cancellation)],
            Labels = new SortedDictionary<int, long> { [partition.Label] = events.Count },
            Counts = [new NamedCount("read", events.Count), new NamedCount("selected", events.Count)],
        };
        await Dataset.CommitAsync(Store, name, manifest, cancellation);
    }
}
