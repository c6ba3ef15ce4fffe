using DaprHep.Learning.Models;

namespace DaprHep.Learning.Distributed;

/// <summary>
/// What training asks of all ranks beside gradients: exact sums of whole numbers, and rows put together. Without a group, a process has
/// it all itself.
/// </summary>
internal static class RankSums
{
    private const int Limbs = 4, BitsOfLimb = 16;

    internal static RankShare Share(this RankGroup? ranks) => ranks is null ? RankShare.Whole : new RankShare(ranks.Rank, ranks.Size);

    /// <summary>Sums over all ranks, exact modulo 2⁶⁴.</summary>
    internal static long[] Sum(this RankGroup? ranks, ReadOnlySpan<long> values)
    {
        if (ranks is null)
            return values.ToArray();
        // Sixteen bits at a time: sums over 256 ranks are exact in single precision.
        var limbs = new float[values.Length * Limbs];
        for (var i = 0; i < limbs.Length; i++)
            limbs[i] = (ushort)((ulong)values[i / Limbs] >> i % Limbs * BitsOfLimb);
        ranks.AllReduce(limbs);
        var sums = new long[values.Length];
        for (var i = 0; i < limbs.Length; i++)
            sums[i / Limbs] = unchecked(sums[i / Limbs] + ((long)limbs[i] << i % Limbs * BitsOfLimb));
        return sums;
    }

    /// <summary>Sums over all ranks.</summary>
    internal static int[] Sum(this RankGroup? ranks, int[] values) =>
        ranks is null ? values : Array.ConvertAll(ranks.Sum(Array.ConvertAll(values, value => (long)value)), sum => checked((int)sum));

    /// <summary>The value of every rank.</summary>
    internal static long[] Gather(this RankGroup? ranks, long value)
    {
        var values = new long[ranks?.Size ?? 1];
        values[ranks?.Rank ?? 0] = value;
        return ranks.Sum(values);
    }

    /// <summary>Makes sure that all ranks stand at the same step, and gives them the weights of rank 0.</summary>
    /// <exception cref="RendezvousException">They have read different checkpoints.</exception>
    internal static void StartFromSame(this RankGroup ranks, Classifier model, long step)
    {
        var steps = ranks.Gather(step);
        if (steps.Any(other => other != step))
            throw new RendezvousException($"The ranks start from different checkpoints, of steps {string.Join(", ", steps)}");
        var weights = model.ExportWeights();
        foreach (var weight in weights)
            ranks.Broadcast(weight.Values);
        model.ImportWeights(weights);
    }

    /// <summary>The rows of all ranks, those of rank 0 first.</summary>
    /// <param name="ranks">The group.</param>
    /// <param name="rows">This rank's, [rows, width].</param>
    /// <param name="width">Values of a row.</param>
    internal static float[] GatherRows(this RankGroup? ranks, float[] rows, int width)
    {
        if (ranks is null)
            return rows;
        var counts = ranks.Gather(rows.Length / width);
        var all = new float[counts.Sum() * width];
        rows.CopyTo(all, counts.Take(ranks.Rank).Sum() * width);
        // Every value is added to zeros alone, and stays what it is.
        ranks.AllReduce(all);
        return all;
    }

    /// <summary>The labels of all ranks, those of rank 0 first.</summary>
    internal static ReadOnlyMemory<sbyte> GatherLabels(this RankGroup? ranks, ReadOnlyMemory<sbyte> labels) => ranks is null
        ? labels
        : Array.ConvertAll(ranks.GatherRows(Array.ConvertAll(labels.ToArray(), label => (float)label), 1), value => (sbyte)value);
}
