using System.Numerics.Tensors;
using DaprHep.Physics;

namespace DaprHep.Learning.Inference;

/// <summary>Refuses what no event can be before anything is computed from it.</summary>
internal static class InputCheck
{
    /// <summary>The largest magnitude of a value, in GeV, rad or mm: ten thousand times what a detector sees.</summary>
    internal const float Largest = 1e9f;

    /// <summary>Checks the features of events.</summary>
    /// <param name="features">[events, width].</param>
    /// <param name="width">How many features an event has.</param>
    /// <exception cref="PredictionInputException">A value is not finite, or absurdly large.</exception>
    internal static void Features(ReadOnlySpan<float> features, int width)
    {
        if (IsSound(features))
            return;
        var at = FirstUnsound(features);
        throw new PredictionInputException(at / width, $"hlf[{at % width}]", Problem(features[at]));
    }

    /// <summary>Checks the particles of events.</summary>
    /// <param name="particles">[rows, 19].</param>
    /// <param name="offsets">Event i has the rows <c>offsets[i]..offsets[i+1]</c>.</param>
    /// <exception cref="PredictionInputException">An event has no particles or too many, rows that are not there, or a value that is not
    /// finite or absurdly large.</exception>
    internal static void Particles(ReadOnlySpan<float> particles, ReadOnlySpan<int> offsets)
    {
        var rows = particles.Length / ParticleColumns.Count;
        for (var i = 0; i + 1 < offsets.Length; i++)
        {
            var (first, end) = (offsets[i], offsets[i + 1]);
            if (first < 0 || end > rows || end < first)
                throw new PredictionInputException(i, "particles", $"are rows {first} to {end}; there are {rows}");
            if (end - first is 0 or > ParticleColumns.MaxParticles)
            {
                throw new PredictionInputException(
                    i, "particles", $"has {end - first} particles; expected 1 to {ParticleColumns.MaxParticles}, the lepton first");
            }
        }

        var own = particles[(offsets[0] * ParticleColumns.Count)..(offsets[^1] * ParticleColumns.Count)];
        if (IsSound(own))
            return;
        var at = FirstUnsound(own);
        var (row, column) = Math.DivRem(at, ParticleColumns.Count);
        var which = 0;
        while (offsets[which + 1] <= row + offsets[0])
            which++;
        throw new PredictionInputException(which, $"particles[{row + offsets[0] - offsets[which]}][{column}]", Problem(own[at]));
    }

    // Written so that NaN is unsound.
    private static bool IsSound(ReadOnlySpan<float> values) =>
        values.IsEmpty || MathF.Abs(TensorPrimitives.MaxMagnitude(values)) <= Largest;

    private static int FirstUnsound(ReadOnlySpan<float> values)
    {
        var at = 0;
        while (MathF.Abs(values[at]) <= Largest)
            at++;
        return at;
    }

    private static string Problem(float value) => $"is {value}; expected a finite number of magnitude {Largest:0} or less";
}
