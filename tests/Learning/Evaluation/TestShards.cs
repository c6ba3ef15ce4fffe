using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Data.Sampling;

namespace DaprHep.Learning.Tests.Evaluation;

/// <summary>A store with test shards of made-up events, as the feature stage leaves them.</summary>
internal sealed class TestShards : IDisposable
{
    internal const string Statistics = "statistics/made-up.json";

    internal static readonly string[] FeatureNames = [.. Enumerable.Range(0, EventSchema.Features).Select(f => $"f{f}")];

    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-shards-").FullName;

    internal ObjectStore Store => ObjectStore.Open(_folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Writes events, one shard for each given list of labels; features depend on the event alone.</summary>
    internal async Task WriteAsync(IReadOnlyList<sbyte[]> shards, float first = 0.5f)
    {
        var schema = EventSchema.Create(
            FeatureNames, [.. Enumerable.Range(0, EventSchema.ParticleColumns).Select(i => $"p{i}")], new Dictionary<string, string>());
        var entry = 0;
        for (var index = 0; index < shards.Count; index++)
        {
            var name = TrainingDatasets.NameOf(Statistics, DataSplit.Test, index);
            await using var writer = await DatasetPartWriter.CreateAsync(Store, name, 0, schema);
            writer.Write(Events(shards[index], ref entry, first));
            await Dataset.CommitAsync(Store, name, new DatasetManifest
            {
                Step = TrainingDatasets.Step, StepVersion = 1, Software = "test", Parameters = [], Inputs = [], Labels = [],
                Parts = [await writer.CommitAsync()],
            });
        }

        await Store.WriteJsonAsync(Statistics, new FeatureStatistics
        {
            Plan = "plans/made-up.json",
            Physics = "standard",
            Features = FeatureNames,
            Minimum = new double[EventSchema.Features],
            Maximum = [.. Enumerable.Repeat(1.0, EventSchema.Features)],
            Selection = new SampleSelection(0.8, 1, [], [], 0, shards.Count),
            Classes = [.. EventClasses.Names.Select(name => new ClassCounts(name, [new NamedCount("read", 1)], 0, 0))],
        }, StatisticsJson.Default.FeatureStatistics);
    }

    private static EventTable Events(sbyte[] labels, ref int entry, float first)
    {
        var (ids, hlf, offsets) = (new ulong[labels.Length], new float[labels.Length * EventSchema.Features], new int[labels.Length + 1]);
        for (var i = 0; i < labels.Length; i++, entry++)
        {
            ids[i] = EventIdentity.Of(7, (uint)entry);
            offsets[i + 1] = offsets[i] + 1 + entry % 3;
            for (var f = 0; f < EventSchema.Features; f++)
                hlf[i * EventSchema.Features + f] = entry == 0 && f == 0 ? first : (float)Math.Abs(Math.Sin(entry * 14 + f));
        }

        var particles = new float[offsets[^1] * EventSchema.ParticleColumns];
        for (var i = 0; i < particles.Length; i++)
            particles[i] = (float)Math.Cos(i);
        return new EventTable(ids, labels, hlf, offsets, particles);
    }
}
