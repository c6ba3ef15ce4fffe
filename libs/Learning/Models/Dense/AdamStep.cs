using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DaprHep.Learning.Models.Dense;

/// <summary>Adam (Kingma and Ba, arXiv:1412.6980) over all parameters at once, with PyTorch's order of operations.</summary>
internal sealed class AdamStep(int parameters)
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    /// <summary>Steps taken.</summary>
    internal long Steps { get; set; }

    /// <summary>The running mean of each gradient.</summary>
    internal AlignedFloats Mean { get; } = new(parameters);

    /// <summary>The running mean of its square.</summary>
    internal AlignedFloats MeanSquare { get; } = new(parameters);

    /// <summary>Takes a step down the gradient.</summary>
    /// <param name="values">The parameters, whole vectors.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="learningRate">The step size.</param>
    // Optimised at once: the first epoch would otherwise run in the slow code that the compiler starts with.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Apply(Span<float> values, ReadOnlySpan<float> gradients, double learningRate)
    {
        Steps++;
        var stepSize = Vector256.Create((float)(-learningRate / (1 - Math.Pow(Beta1, Steps))));
        var rootOfCorrection = Vector256.Create((float)Math.Sqrt(1 - Math.Pow(Beta2, Steps)));
        var (keep1, take1) = (Vector256.Create((float)Beta1), Vector256.Create((float)(1 - Beta1)));
        var (keep2, take2) = (Vector256.Create((float)Beta2), Vector256.Create((float)(1 - Beta2)));
        var epsilon = Vector256.Create((float)Epsilon);

        var p = MemoryMarshal.Cast<float, Vector256<float>>(values);
        var g = MemoryMarshal.Cast<float, Vector256<float>>(gradients)[..p.Length];
        var m = MemoryMarshal.Cast<float, Vector256<float>>(Mean.Span)[..p.Length];
        var v = MemoryMarshal.Cast<float, Vector256<float>>(MeanSquare.Span)[..p.Length];
        for (var i = 0; i < p.Length; i++)
        {
            var gradient = g[i];
            var mean = m[i] * keep1 + gradient * take1;
            var meanSquare = v[i] * keep2 + gradient * gradient * take2;
            m[i] = mean;
            v[i] = meanSquare;
            p[i] += stepSize * (mean / (Vector256.Sqrt(meanSquare) / rootOfCorrection + epsilon));
        }
    }
}
