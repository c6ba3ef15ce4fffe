using System.Numerics;

namespace DaprHep.Learning.Training;

/// <summary>
/// xoshiro256** (Blackman and Vigna, arXiv:1805.01407), seeded by SplitMix64: the same numbers for a seed on every machine and in every
/// version of .NET, which System.Random does not promise. Each purpose draws from its own stream.
/// </summary>
internal struct SeededRandom
{
    private ulong _s0, _s1, _s2, _s3;

    internal SeededRandom(ulong seed, Stream stream, int index = 0)
    {
        var state = seed;
        state = SplitMix64(ref state) ^ ((ulong)stream << 32 | (uint)index);
        _s0 = SplitMix64(ref state);
        _s1 = SplitMix64(ref state);
        _s2 = SplitMix64(ref state);
        _s3 = SplitMix64(ref state);
    }

    /// <summary>What the numbers are for.</summary>
    internal enum Stream
    {
        Weights = 1,
        Shuffle = 2,
        Bootstrap = 3,
        Dropout = 4,
        Validation = 5,
        Augmentation = 7,
        Importance = 16,
        Boosting = 6,
        Tuning = 24,
        Folds = 25,
    }

    internal ulong Next()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1), with 53 random bits.</summary>
    internal double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, <paramref name="bound"/>), without bias (Lemire, arXiv:1805.10941).</summary>
    internal int NextBelow(int bound)
    {
        var range = (ulong)bound;
        var high = Math.BigMul(Next(), range, out var low);
        if (low < range)
        {
            var threshold = (0 - range) % range;
            while (low < threshold)
                high = Math.BigMul(Next(), range, out low);
        }

        return (int)high;
    }

    /// <summary>Fisher–Yates.</summary>
    internal void Shuffle(Span<int> values)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = NextBelow(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    private static ulong SplitMix64(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
