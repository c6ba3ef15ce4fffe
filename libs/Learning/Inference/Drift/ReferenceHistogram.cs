using DaprHep.Learning.Artifacts;

namespace DaprHep.Learning.Inference.Drift;

/// <summary>How one quantity was spread over the events that a model was made with, in bins of about equal population.</summary>
/// <param name="Name">Name of the quantity.</param>
/// <param name="Edges">Where bins meet, rising: a value is in the bin whose number is that of the edges it reaches.</param>
/// <param name="Counts">Events in each bin; one more than edges.</param>
public sealed record ReferenceHistogram(string Name, IReadOnlyList<float> Edges, IReadOnlyList<long> Counts)
{
    /// <summary>The most bins that are made.</summary>
    internal const int MostBins = 20;

    // What a file may bring: far more than is made, and too little to be a burden.
    private const int MostBinsRead = 1024;
    private const long MostCounted = 1L << 50;

    /// <summary>Counts values.</summary>
    /// <param name="name">Name of the quantity.</param>
    /// <param name="values">Its values, finite; sorted afterwards.</param>
    internal static ReferenceHistogram Of(string name, Span<float> values)
    {
        values.Sort();
        var edges = EdgesOf(values);
        var counts = new long[edges.Count + 1];
        var bin = 0;
        foreach (var value in values)
        {
            while (bin < edges.Count && value >= edges[bin])
                bin++;
            counts[bin]++;
        }

        return new ReferenceHistogram(name, edges, counts);
    }

    /// <summary>Where the bin with the middle event begins; <paramref name="least"/> where that is the first.</summary>
    internal float Median(float least)
    {
        var half = Counts.Sum() / 2;
        var below = Counts[0];
        var bin = 0;
        while (below <= half && bin < Edges.Count)
            below += Counts[++bin];
        return bin == 0 ? least : Edges[bin - 1];
    }

    /// <summary>Makes sure that a histogram from a file is one.</summary>
    /// <exception cref="ModelFormatException">It is not.</exception>
    internal void Check()
    {
        var rises = Edges.All(float.IsFinite) && Edges.Zip(Edges.Skip(1)).All(pair => pair.First < pair.Second);
        if (!rises || Counts.Count != Edges.Count + 1 || Counts.Count > MostBinsRead
            || Counts.Any(count => count is < 0 or > MostCounted) || Counts.All(count => count == 0))
        {
            throw new ModelFormatException(
                $"{SavedModel.DescriptionName}: the reference histogram of {Name} has {Edges.Count} edges and {Counts.Count} counts; expected "
                + $"rising finite edges and one more count than edges, at most {MostBinsRead}, none negative and not all 0");
        }
    }

    // Few different values have a bin each, so that a rare one is seen to become frequent; many are cut at quantiles.
    private static List<float> EdgesOf(ReadOnlySpan<float> sorted)
    {
        var edges = new List<float>();
        for (var i = 1; i < sorted.Length && edges.Count < MostBins; i++)
        {
            if (sorted[i] > sorted[i - 1])
                edges.Add(sorted[i]);
        }

        if (edges.Count < MostBins)
            return edges;
        edges.Clear();
        for (var bin = 1; bin < MostBins; bin++)
        {
            var quantile = sorted[(int)((long)sorted.Length * bin / MostBins)];
            if (quantile > (edges.Count > 0 ? edges[^1] : sorted[0]))
                edges.Add(quantile);
        }

        return edges;
    }
}
