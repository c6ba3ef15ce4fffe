using System.Buffers;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Physics;

namespace DaprHep.Features;

/// <summary>Brings events into the form they are trained with, and writes them as record batches of a fixed number of events.</summary>
internal sealed class TrainingRows(FeatureStatistics statistics, DatasetPartWriter writer, int batchEvents) : IDisposable
{
    private readonly PhysicsProfile _profile = PhysicsProfiles.Parse(statistics.Physics);
    private readonly MinMaxScaling _scaling = new([.. statistics.Minimum], [.. statistics.Maximum]);
    private readonly ulong[] _ids = new ulong[batchEvents];
    private readonly sbyte[] _labels = new sbyte[batchEvents];
    private readonly float[] _hlf = new float[batchEvents * EventSchema.Features];
    private readonly int[] _offsets = new int[batchEvents + 1];
    private readonly int[] _padding = new int[batchEvents];
    private float[] _particles = ArrayPool<float>.Shared.Rent(1);
    private int _count;

    /// <summary>Events by label.</summary>
    public SortedDictionary<int, long> Labels { get; } = [];

    /// <summary>Adds one event: features scaled, particles in the order of their distance to the lepton and standardised.</summary>
    public void Add(in EventTable table, int row)
    {
        ReadOnlySpan<float> particles = table.ParticlesOf(row);
        sbyte label = table.Labels.Span[row];
        Labels[label] = Labels.GetValueOrDefault(label) + 1;
        _ids[_count] = table.Ids.Span[row];
        _labels[_count] = label;
        _scaling.Apply(table.HlfOf(row), _hlf.AsSpan(_count * EventSchema.Features));
        int first = _offsets[_count], end = first + ParticleSequence.Rows(_profile, particles.Length / EventSchema.ParticleColumns);
        Reserve(end * EventSchema.ParticleColumns);
        _padding[_count] = ParticleSequence.Write(
            _profile, particles, _particles.AsSpan(first * EventSchema.ParticleColumns, (end - first) * EventSchema.ParticleColumns));
        _offsets[++_count] = end;
        if (_count == batchEvents)
            Flush();
    }

    /// <summary>Writes what is left.</summary>
    public void Flush()
    {
        writer.Write(new EventTable(
            _ids.AsMemory(0, _count),
            _labels.AsMemory(0, _count),
            _hlf.AsMemory(0, _count * EventSchema.Features),
            _offsets.AsMemory(0, _count + 1),
            _particles.AsMemory(0, _offsets[_count] * EventSchema.ParticleColumns))
        {
            Padding = _padding.AsMemory(0, _count),
        });
        _count = 0;
    }

    public void Dispose() => ArrayPool<float>.Shared.Return(_particles);

    private void Reserve(int values)
    {
        if (values <= _particles.Length)
            return;
        float[] larger = ArrayPool<float>.Shared.Rent(Math.Max(values, 2 * _particles.Length));
        _particles.CopyTo(larger.AsSpan());
        ArrayPool<float>.Shared.Return(_particles);
        _particles = larger;
    }
}
