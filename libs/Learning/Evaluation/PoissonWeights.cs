using DaprHep.Learning.Training;

namespace DaprHep.Learning.Evaluation;

/// <summary>
/// How often each event counts in a resample: Poisson numbers of mean 1, which is what drawing n of n events with replacement tends to,
/// and which can be made in any order, each by itself (Hanley and MacGibbon, 2006). So no event is ever looked up out of order.
/// </summary>
internal static class PoissonWeights
{
    private static readonly byte[] ByRandomBits = Table();

    /// <summary>Fills in weights.</summary>
    internal static void Fill(Span<byte> weights, SeededRandom random)
    {
        var table = ByRandomBits;
        for (var i = 0; i < weights.Length; i += 4)
        {
            var bits = random.Next();
            var four = weights.Slice(i, Math.Min(4, weights.Length - i));
            for (var j = 0; j < four.Length; j++)
                four[j] = table[(ushort)(bits >> (16 * j))];
        }
    }

    // The inverse of the cumulative distribution at (k + 1/2)/65536.
    private static byte[] Table()
    {
        var table = new byte[1 << 16];
        byte value = 0;
        double probability = Math.Exp(-1), cumulative = probability;
        for (var k = 0; k < table.Length; k++)
        {
            while ((k + 0.5) / table.Length > cumulative)
            {
                value++;
                probability /= value;
                cumulative += probability;
            }

            table[k] = value;
        }

        return table;
    }
}
