using DaprHep.Physics;

namespace DaprHep.Learning.Inference;

/// <summary>
/// Explains one event by hiding parts of it: each feature in turn is replaced by the value in the middle of the training events, each
/// particle in turn is left out, and what that changes is what it contributes. Parts that work together only are not seen.
/// </summary>
public static class Occlusion
{
    /// <summary>Explains an event.</summary>
    /// <param name="predictor">The model.</param>
    /// <param name="hlf">The event's features as physics computes them; may be empty where the model reads none.</param>
    /// <param name="particles">Its particle rows, [rows, 19], the lepton first; may be empty where the model reads none.</param>
    /// <exception cref="PredictionInputException">The event can't be predicted.</exception>
    public static Explanation Explain(Predictor predictor, ReadOnlySpan<float> hlf, ReadOnlySpan<float> particles)
    {
        ArgumentNullException.ThrowIfNull(predictor);
        var whole = new float[predictor.Classes];
        int[] offsets = [0, particles.Length / ParticleColumns.Count];
        predictor.Predict(hlf, particles, offsets, whole);
        return new Explanation(
            whole,
            Array.IndexOf(whole, whole.Max()),
            predictor.ReadsHlf ? ByFeature(predictor, hlf, particles, whole) : [],
            predictor.ReadsParticles ? ByParticle(predictor, hlf, particles, whole) : []);
    }

    private static FeatureOcclusion[] ByFeature(
        Predictor predictor, ReadOnlySpan<float> hlf, ReadOnlySpan<float> particles, float[] whole)
    {
        var features = predictor.Features;
        var rows = predictor.ReadsParticles ? particles.Length / ParticleColumns.Count : 0;
        var variants = new float[features * features];
        var offsets = new int[features + 1];
        var repeated = new float[features * rows * ParticleColumns.Count];
        var replacements = new float[features];
        for (var k = 0; k < features; k++)
        {
            hlf.CopyTo(variants.AsSpan(k * features));
            variants[k * features + k] = replacements[k] = predictor.UsualValue(k);
            particles[..(rows * ParticleColumns.Count)].CopyTo(repeated.AsSpan(k * rows * ParticleColumns.Count));
            offsets[k + 1] = offsets[k] + rows;
        }

        var probabilities = new float[features * predictor.Classes];
        predictor.Predict(variants, repeated, offsets, probabilities);
        var occlusions = new FeatureOcclusion[features];
        for (var k = 0; k < features; k++)
        {
            occlusions[k] = new FeatureOcclusion(
                predictor.Description.Features[k].Name, hlf[k], replacements[k], Contributions(whole, probabilities, k));
        }

        return occlusions;
    }

    private static ParticleOcclusion[] ByParticle(
        Predictor predictor, ReadOnlySpan<float> hlf, ReadOnlySpan<float> particles, float[] whole)
    {
        const int Width = ParticleColumns.Count;
        var others = particles.Length / Width - 1;
        var occlusions = new ParticleOcclusion[others];
        // One by one: 800 copies of an event of 801 particles would be 49 MB.
        var without = new float[others * Width];
        var probabilities = new float[predictor.Classes];
        int[] offsets = [0, others];
        for (var i = 1; i <= others; i++)
        {
            particles[..(i * Width)].CopyTo(without);
            particles[((i + 1) * Width)..].CopyTo(without.AsSpan(i * Width));
            predictor.Predict(hlf, without, offsets, probabilities);
            occlusions[i - 1] = new ParticleOcclusion(i, Contributions(whole, probabilities, 0));
        }

        return occlusions;
    }

    private static float[] Contributions(float[] whole, float[] occluded, int row)
    {
        var contributions = new float[whole.Length];
        for (var c = 0; c < whole.Length; c++)
            contributions[c] = whole[c] - occluded[row * whole.Length + c];
        return contributions;
    }
}
