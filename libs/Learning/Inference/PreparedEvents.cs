using DaprHep.Data.Datasets;
using DaprHep.Learning.Training;
using DaprHep.Physics;

namespace DaprHep.Learning.Inference;

/// <summary>
/// A block of events as the feature stage hands them to training: features scaled, particles sorted and standardised. The memory is used
/// again for the next block.
/// </summary>
/// <param name="scaling">The features' ranges in the training events.</param>
/// <param name="profile">The physics that the model was trained with.</param>
internal sealed class PreparedEvents(MinMaxScaling scaling, PhysicsProfile profile)
{
    /// <summary>The most events of a block.</summary>
    internal const int Capacity = 1024;

    private const int RowCapacity = 1 << 16;

    private float[] _features = [];
    private float[] _particles = [];
    private ParticleSteps[] _steps = [];

    /// <summary>How many events there are.</summary>
    internal int Count { get; private set; }

    /// <summary>Scaled features, [events, features]; left over from before where they were not given.</summary>
    internal ReadOnlySpan<float> Features => _features.AsSpan(0, Count * scaling.Columns);

    /// <summary>Particle rows of all events, [rows, 19].</summary>
    internal ReadOnlyMemory<float> Particles => _particles;

    /// <summary>How each event is stepped through; empty where particles were not given.</summary>
    internal ReadOnlySpan<ParticleSteps> Steps => _steps.AsSpan(0, _steps.Length == 0 ? 0 : Count);

    /// <summary>Where a block that begins with an event ends, so that it stays within bounded memory.</summary>
    /// <param name="first">The event.</param>
    /// <param name="events">How many events there are.</param>
    /// <param name="offsets">Where each event's rows begin and end, [events + 1]; empty where they are not read.</param>
    internal static int BlockEnd(int first, int events, ReadOnlySpan<int> offsets)
    {
        var end = Math.Min(events, first + Capacity);
        while (!offsets.IsEmpty && end > first + 1 && offsets[end] - offsets[first] > RowCapacity)
            end--;
        return end;
    }

    /// <summary>Takes a block.</summary>
    /// <param name="count">How many events.</param>
    /// <param name="hlf">Their features as physics computes them, [events, features]; empty where they are not read.</param>
    /// <param name="particles">Particle rows as physics computes them, [rows, 19], of these events and others.</param>
    /// <param name="offsets">Where each event's rows begin and end, [events + 1]; empty where they are not read.</param>
    internal void Take(int count, ReadOnlySpan<float> hlf, ReadOnlySpan<float> particles, ReadOnlySpan<int> offsets)
    {
        Count = count;
        if (!hlf.IsEmpty)
        {
            MakeRoom(ref _features, hlf.Length);
            scaling.Apply(hlf, _features);
        }
        if (!offsets.IsEmpty)
            TakeParticles(particles, offsets);
    }

    private void TakeParticles(ReadOnlySpan<float> particles, ReadOnlySpan<int> offsets)
    {
        var rows = 0;
        for (var i = 0; i < Count; i++)
            rows += ParticleSequence.Rows(profile, offsets[i + 1] - offsets[i]);
        MakeRoom(ref _particles, rows * ParticleColumns.Count);
        MakeRoom(ref _steps, Count);
        var first = 0;
        for (var i = 0; i < Count; i++)
        {
            var raw = particles[(offsets[i] * ParticleColumns.Count)..(offsets[i + 1] * ParticleColumns.Count)];
            rows = ParticleSequence.Rows(profile, offsets[i + 1] - offsets[i]);
            var padding = ParticleSequence.Write(profile, raw, _particles.AsSpan(first * ParticleColumns.Count));
            _steps[i] = ParticleSteps.Of(first, rows, padding);
            first += rows;
        }
    }

    private static void MakeRoom<T>(ref T[] array, int length)
    {
        if (array.Length < length)
            array = new T[Math.Max(length, 2 * array.Length)];
    }
}
