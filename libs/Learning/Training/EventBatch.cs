namespace DaprHep.Learning.Training;

/// <summary>The events of one step, gathered into memory that is reused from step to step.</summary>
public sealed class EventBatch
{
    private readonly int _featureCount;

    /// <summary>Makes room.</summary>
    /// <param name="capacity">The most events a batch will hold.</param>
    /// <param name="featureCount">How many features an event has.</param>
    public EventBatch(int capacity, int featureCount)
    {
        _featureCount = featureCount;
        Features = GC.AllocateArray<float>(checked(capacity * featureCount), pinned: true);
        Labels = GC.AllocateArray<long>(capacity, pinned: true);
        Rows = new int[capacity];
    }

    /// <summary>Features, [<see cref="Count"/>, features]; what follows is left over from earlier batches.</summary>
    public float[] Features { get; }

    /// <summary>Labels, [<see cref="Count"/>].</summary>
    public long[] Labels { get; }

    /// <summary>The events' places in <see cref="Particles"/>, [<see cref="Count"/>].</summary>
    public int[] Rows { get; }

    /// <summary>The particles of all events that the batch was taken from, where they have been loaded; they are not copied.</summary>
    public ParticleSequences? Particles { get; private set; }

    /// <summary>How many events the batch holds now.</summary>
    public int Count { get; private set; }

    /// <summary>Fills the batch.</summary>
    /// <param name="events">Where to take events from.</param>
    /// <param name="rows">Which ones, in this order; no more than the capacity.</param>
    public void Gather(LabelledEvents events, ReadOnlySpan<int> rows)
    {
        var features = events.Features.Span;
        var labels = events.Labels.Span;
        for (var i = 0; i < rows.Length; i++)
        {
            features.Slice(rows[i] * _featureCount, _featureCount).CopyTo(Features.AsSpan(i * _featureCount));
            Labels[i] = labels[rows[i]];
        }

        rows.CopyTo(Rows);
        Particles = events.Particles;
        Count = rows.Length;
    }

    /// <summary>Gives the batch particles of its own.</summary>
    /// <param name="particles">Those of its events, in their order.</param>
    internal void ReplaceParticles(ParticleSequences particles)
    {
        Particles = particles;
        for (var i = 0; i < Count; i++)
            Rows[i] = i;
    }
}
