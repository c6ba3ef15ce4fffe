using System.Runtime.Intrinsics;

namespace DaprHep.Learning.Models.Dense;

/// <summary>
/// How matrices lie in memory: one row a neuron, one column an event, so that a vector holds the same neuron of eight events and layers
/// of any width waste no lane. Rows have a fixed stride; columns are worked on in blocks, the last one filled up with zeros.
/// </summary>
internal static class ColumnBlock
{
    /// <summary>Columns that the kernels treat together: two vectors.</summary>
    internal const int Width = 2 * Lanes;

    /// <summary>Floats in a vector. Fixed, so that sums are taken in the same order on every machine.</summary>
    internal const int Lanes = 8;

    /// <summary>The number of columns in whole blocks that hold <paramref name="events"/>.</summary>
    internal static int Padded(int events) => (events + Width - 1) / Width * Width;

    internal static Vector256<float> Load(ref readonly float first, int offset) => Vector256.LoadUnsafe(in first, (nuint)offset);

    internal static void Store(Vector256<float> values, ref float first, int offset) => values.StoreUnsafe(ref first, (nuint)offset);
}
