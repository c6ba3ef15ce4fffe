using System.Runtime.InteropServices;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Sampling;
using DaprHep.Physics;

namespace DaprHep.Features;

/// <summary>The events of one shard, unscaled, in the order in which they were found.</summary>
internal sealed class PickedEvents(FeatureStatistics statistics)
{
    private readonly PhysicsProfile _profile = PhysicsProfiles.Parse(statistics.Physics);
    private readonly MinMaxScaling _scaling = new([.. statistics.Minimum], [.. statistics.Maximum]);
    private readonly List<ulong> _ids = [];
    private readonly List<sbyte> _labels = [];
    private readonly List<float> _hlf = [];
    private readonly List<float> _particles = [];
    private readonly List<int> _offsets = [0];

    /// <summary>Events by label.</summary>
    public SortedDictionary<int, long> Labels { get; } = [];

    /// <summary>Takes the events of a table that are drawn for the shard.</summary>
    public void Pick(in EventTable table, DataSplit declared, DataSplit split, int shard)
    {
        SampleSelection selection = statistics.Selection;
        ReadOnlySpan<ulong> ids = table.Ids.Span;
        ReadOnlySpan<sbyte> labels = table.Labels.Span;
        for (int i = 0; i < ids.Length; i++)
        {
            if (!selection.Draws(ids[i], labels[i], declared, split) || selection.ShardOf(ids[i], split) != shard)
                continue;
            _ids.Add(ids[i]);
            _labels.Add(labels[i]);
            _hlf.AddRange(table.HlfOf(i));
            _particles.AddRange(table.ParticlesOf(i));
            _offsets.Add(_particles.Count / EventSchema.ParticleColumns);
            Labels[labels[i]] = Labels.GetValueOrDefault(labels[i]) + 1;
        }
    }

    /// <summary>The events by increasing order key, scaled, as tables of at most <paramref name="size"/> events; a table is valid until the next.</summary>
    public IEnumerable<EventTable> InShuffledOrder(int size)
    {
        ulong seed = statistics.Selection.Seed;
        int[] order = [.. Enumerable.Range(0, _ids.Count)];
        ulong[] keys = [.. _ids.Select(id => EventIdentity.OrderKey(id, seed))];
        Array.Sort(keys, order);

        var ids = new ulong[size];
        var labels = new sbyte[size];
        var hlf = new float[size * EventSchema.Features];
        var offsets = new int[size + 1];
        var padding = new int[size];
        float[] particles = [];
        for (int start = 0; start < order.Length; start += size)
        {
            int count = Math.Min(size, order.Length - start);
            for (int i = 0; i < count; i++)
            {
                int picked = order[start + i];
                ids[i] = _ids[picked];
                labels[i] = _labels[picked];
                HlfOf(picked).CopyTo(hlf.AsSpan(i * EventSchema.Features));
                offsets[i + 1] = offsets[i] + ParticleSequence.Rows(_profile, RowsOf(picked));
            }
            _scaling.Apply(hlf.AsSpan(0, count * EventSchema.Features), hlf);
            int values = offsets[count] * EventSchema.ParticleColumns;
            if (particles.Length < values)
                particles = new float[values];
            for (int i = 0; i < count; i++)
                padding[i] = ParticleSequence.Write(_profile, ParticlesOf(order[start + i]), particles.AsSpan(offsets[i] * EventSchema.ParticleColumns));
            yield return new EventTable(
                ids.AsMemory(0, count),
                labels.AsMemory(0, count),
                hlf.AsMemory(0, count * EventSchema.Features),
                offsets.AsMemory(0, count + 1),
                particles.AsMemory(0, values))
            {
                Padding = padding.AsMemory(0, count),
            };
        }
    }

    private int RowsOf(int index) => _offsets[index + 1] - _offsets[index];

    private ReadOnlySpan<float> HlfOf(int index) =>
        CollectionsMarshal.AsSpan(_hlf).Slice(index * EventSchema.Features, EventSchema.Features);

    private ReadOnlySpan<float> ParticlesOf(int index) => CollectionsMarshal.AsSpan(_particles)[
        (_offsets[index] * EventSchema.ParticleColumns)..(_offsets[index + 1] * EventSchema.ParticleColumns)];
}
