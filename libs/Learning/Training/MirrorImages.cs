using DaprHep.Learning.Artifacts;

namespace DaprHep.Learning.Training;

/// <summary>
/// Augmentation by mirror images: what collides is symmetric, so that an event with the beams exchanged (η → −η), or seen in a mirror
/// along the beam (φ → −φ), is as likely as the event itself. Both are exact in columns that are standardised over an event, whose means
/// change their signs and whose deviations stay, and leave ΔR and so the order of particles alone.
/// </summary>
internal sealed class MirrorImages
{
    // Px, Py, Pz, Pt, Eta, Phi, VtxX, VtxY, VtxZ are columns 1 to 9 of a particle.
    private static readonly int[] ColumnsOfEta = [3, 5, 9], ColumnsOfPhi = [2, 6, 8];
    private static readonly string[] FeaturesOfEta = ["LepEta"], FeaturesOfPhi = ["PhiMET", "LepPhi"];

    private readonly (int Feature, float Sum)[] _featuresOfEta, _featuresOfPhi;
    private readonly int[] _offsets, _padding;
    private float[] _particles = [];

    /// <summary>Prepares for batches.</summary>
    /// <param name="scaling">The features in their order, and how they are scaled.</param>
    /// <param name="batchSize">The most events of a batch.</param>
    /// <exception cref="TrainingDataException">A feature that mirroring changes is not among them.</exception>
    internal MirrorImages(IReadOnlyList<FeatureScaling> scaling, int batchSize)
    {
        _featuresOfEta = Array.ConvertAll(FeaturesOfEta, name => Mirrored(scaling, name));
        _featuresOfPhi = Array.ConvertAll(FeaturesOfPhi, name => Mirrored(scaling, name));
        _offsets = new int[batchSize + 1];
        _padding = new int[batchSize];
    }

    /// <summary>Replaces each event of a batch by itself or by one of its three images, all four equally likely.</summary>
    /// <param name="batch">A batch as it has been gathered; it gets particles of its own.</param>
    /// <param name="events">The events it was gathered from.</param>
    /// <param name="seed">The training's seed.</param>
    /// <param name="epoch">The epoch. Which image it is depends on seed, epoch and event alone.</param>
    internal void Apply(EventBatch batch, LabelledEvents events, ulong seed, int epoch)
    {
        Span<int> images = stackalloc int[batch.Count];
        for (var i = 0; i < batch.Count; i++)
        {
            var row = batch.Rows[i];
            var identity = events.Ids.IsEmpty ? (ulong)row : events.Ids.Span[row];
            images[i] = (int)(new SeededRandom(seed ^ identity * 0x9E3779B97F4A7C15, SeededRandom.Stream.Augmentation, epoch).Next() >> 62);
        }

        if (batch.Particles is { } particles)
            batch.ReplaceParticles(Copy(particles, batch.Rows.AsSpan(0, batch.Count)));
        for (var i = 0; i < batch.Count; i++)
        {
            var features = batch.Features.AsSpan(i * events.FeatureCount, events.FeatureCount);
            var rows = batch.Particles is null ? [] : _particles.AsSpan()[
                (_offsets[i] * ParticleSequences.Columns)..(_offsets[i + 1] * ParticleSequences.Columns)];
            if ((images[i] & 1) != 0)
                Mirror(features, _featuresOfEta, rows, ColumnsOfEta);
            if ((images[i] & 2) != 0)
                Mirror(features, _featuresOfPhi, rows, ColumnsOfPhi);
        }
    }

    private static void Mirror(Span<float> features, (int Feature, float Sum)[] mirrored, Span<float> particles, int[] columns)
    {
        foreach (var (feature, sum) in mirrored)
            features[feature] = sum - features[feature];
        for (var row = 0; row < particles.Length; row += ParticleSequences.Columns)
        {
            foreach (var column in columns)
                particles[row + column] = -particles[row + column];
        }
    }

    /// <summary>A scaled value and that of the feature with the other sign have a constant sum.</summary>
    private static (int Feature, float Sum) Mirrored(IReadOnlyList<FeatureScaling> scaling, string name)
    {
        for (var feature = 0; feature < scaling.Count; feature++)
        {
            var (found, min, max) = scaling[feature];
            if (found == name)
                return (feature, max > min ? (float)(-2 * min / (max - min)) : 1);
        }

        throw new TrainingDataException($"Mirror images need feature {name} and its scaling, and the events come without");
    }

    private ParticleSequences Copy(ParticleSequences particles, ReadOnlySpan<int> rows)
    {
        var starts = particles.Offsets.Span;
        for (var i = 0; i < rows.Length; i++)
        {
            _offsets[i + 1] = _offsets[i] + starts[rows[i] + 1] - starts[rows[i]];
            if (!particles.Padding.IsEmpty)
                _padding[i] = particles.Padding.Span[rows[i]];
        }

        var values = _offsets[rows.Length] * ParticleSequences.Columns;
        if (_particles.Length < values)
            _particles = new float[values + values / 4];
        for (var i = 0; i < rows.Length; i++)
        {
            particles.Values.Span[(starts[rows[i]] * ParticleSequences.Columns)..(starts[rows[i] + 1] * ParticleSequences.Columns)]
                .CopyTo(_particles.AsSpan(_offsets[i] * ParticleSequences.Columns));
        }

        return new ParticleSequences(
            _particles.AsMemory(0, values), _offsets.AsMemory(0, rows.Length + 1),
            particles.Padding.IsEmpty ? default : _padding.AsMemory(0, rows.Length));
    }
}
