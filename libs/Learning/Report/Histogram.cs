namespace DaprHep.Learning.Report;

/// <summary>A histogram by class. The first and the last bin also hold what lies beyond them.</summary>
/// <param name="Name">What is counted, e.g. <c>MET</c>.</param>
/// <param name="Unit">Its unit, e.g. <c>GeV</c>; empty for none.</param>
/// <param name="Edges">Edges of the bins, rising; one more than there are bins.</param>
/// <param name="Counts">Events in each bin, by class.</param>
/// <param name="LogCounts">Whether to draw the counts on a logarithmic axis.</param>
public sealed record Histogram(
    string Name, string Unit, IReadOnlyList<double> Edges, IReadOnlyList<IReadOnlyList<long>> Counts, bool LogCounts = false)
{
    private const int MostBins = 40;
    private const double Tail = 0.005;

    /// <summary>A histogram of equal bins, as they are.</summary>
    /// <param name="name">What is counted.</param>
    /// <param name="unit">Its unit; empty for none.</param>
    /// <param name="low">Lower edge of the first bin.</param>
    /// <param name="high">Upper edge of the last bin.</param>
    /// <param name="counts">Events in each bin, by class; as many bins for each.</param>
    /// <param name="logCounts">Whether to draw the counts on a logarithmic axis.</param>
    public static Histogram OfEqualBins(
        string name, string unit, double low, double high, IReadOnlyList<IReadOnlyList<long>> counts, bool logCounts = false)
    {
        var bins = counts.Count == 0 ? 0 : counts[0].Count;
        return new Histogram(name, unit, Edge(low, (high - low) / bins, 0, bins, 1), counts, logCounts);
    }

    /// <summary>
    /// A histogram that shows the shape, out of many fine equal bins between the smallest and the largest value: one bin a number where
    /// there are only few whole numbers; else some 20 to 40 over the range without long tails (the outer 0.5 %), which the first and
    /// the last bin take in.
    /// </summary>
    /// <param name="name">What is counted.</param>
    /// <param name="unit">Its unit; empty for none.</param>
    /// <param name="low">The smallest value: lower edge of the first bin.</param>
    /// <param name="high">The largest value: upper edge of the last bin.</param>
    /// <param name="counts">Events in each fine bin, by class; as many bins for each.</param>
    public static Histogram OfFineBins(string name, string unit, double low, double high, IReadOnlyList<IReadOnlyList<long>> counts)
    {
        var bins = counts.Count == 0 ? 0 : counts[0].Count;
        var all = new long[bins];
        foreach (var ofClass in counts)
        {
            for (var i = 0; i < bins; i++)
                all[i] += ofClass[i];
        }

        if (all.Sum() == 0 || !double.IsFinite(low) || !double.IsFinite(high))
            return new Histogram(name, unit, [], []);
        if (!(high > low))
            return new Histogram(name, unit, [low - 0.5, low + 0.5], [.. counts.Select(ofClass => (long[])[ofClass.Sum()])]);
        var width = (high - low) / bins;
        if (IsOfWholeNumbers(low, high, width, all))
            return OfWholeNumbers(name, unit, low, high, width, counts);

        var (first, last) = WithoutTails(all);
        var merged = 1;
        while ((last - first) / merged >= MostBins)
            merged *= 2;
        first -= first % merged;
        var groups = Math.Max(1, Math.Min((last - first) / merged + 1, (bins - first) / merged));
        return new Histogram(
            name,
            unit,
            Edge(low, width, first, groups, merged),
            [.. counts.Select(ofClass => Regroup(ofClass, groups, bin => (bin - first) / merged - (bin < first ? 1 : 0)))]);
    }

    private static double[] Edge(double low, double width, int first, int groups, int merged) =>
        [.. Enumerable.Range(0, groups + 1).Select(group => low + (first + group * merged) * width)];

    private static long[] Regroup(IReadOnlyList<long> counts, int groups, Func<int, int> groupOf)
    {
        var regrouped = new long[groups];
        for (var i = 0; i < counts.Count; i++)
            regrouped[Math.Clamp(groupOf(i), 0, groups - 1)] += counts[i];
        return regrouped;
    }

    // Fine bins cannot tell 3 from 3.001, but nothing continuous leaves all bins empty that hold no whole number.
    private static bool IsOfWholeNumbers(double low, double high, double width, long[] all)
    {
        if (low != Math.Floor(low) || high != Math.Floor(high) || high - low > MostBins || width > 0.25)
            return false;
        for (var i = 0; i < all.Length; i++)
        {
            var start = low + i * width;
            if (all[i] > 0 && Math.Floor(start + width * 1.001) < start - width * 0.001)
                return false;
        }

        return true;
    }

    private static Histogram OfWholeNumbers(
        string name, string unit, double low, double high, double width, IReadOnlyList<IReadOnlyList<long>> counts)
    {
        var numbers = (int)(high - low) + 1;
        return new Histogram(
            name,
            unit,
            Edge(low - 0.5, 1, 0, numbers, 1),
            [.. counts.Select(ofClass => Regroup(ofClass, numbers, bin => (int)Math.Round((bin + 0.5) * width)))]);
    }

    private static (int First, int Last) WithoutTails(long[] all)
    {
        var tail = Tail * all.Sum();
        var bins = all.Length;
        var first = 0;
        for (long sum = all[0]; sum < tail && first < bins - 1; sum += all[first])
            first++;
        var last = bins - 1;
        for (long sum = all[^1]; sum < tail && last > first; sum += all[last])
            last--;

        // A short tail is better shown than cut.
        return (first < 0.04 * bins ? 0 : first, last > 0.96 * bins ? bins - 1 : last);
    }
}
