namespace DaprHep.Learning.Report;

/// <summary>A histogram by class. The first and the last bin also hold what lies beyond them.</summary>
/// <param name="Name">What is counted, e.g. <c>MET</c>.</param>
/// <param name="Unit">Its unit, e.g. <c>GeV</c>; empty for none.</param>
/// <param name="Edges">Edges of the bins, rising; one more than there are bins.</param>
/// <param name="Counts">Events in each bin, by class.</param>
/// <param name="LogCounts">Whether to draw the counts on a logarithmic axis.</param>
public sealed record Histogram(
    string Name, string Unit, IReadOnlyList<double> Edges, IReadOnlyList<IReadOnlyList<double>> Counts, bool LogCounts = false)
{
    private const int FewestBins = 10;
    private const int MostBins = 40;
    private const double Tail = 0.005;

    /// <summary>
    /// Counts values in bins chosen to show their shape: one a number for small whole numbers, else equal ones over the range of all
    /// classes together, without the outer 0.5 % on a side where they are a long tail. Values that are not finite are left out.
    /// </summary>
    /// <param name="name">What is counted.</param>
    /// <param name="unit">Its unit; empty for none.</param>
    /// <param name="valuesByClass">The values, by class.</param>
    /// <param name="logCounts">Whether to draw the counts on a logarithmic axis.</param>
    public static Histogram Of(string name, string unit, IReadOnlyList<float[]> valuesByClass, bool logCounts = false)
    {
        var finite = valuesByClass.SelectMany(values => values).Where(float.IsFinite).Order().ToArray();
        if (finite.Length == 0)
            return new Histogram(name, unit, [], [], logCounts);
        double low = finite[0];
        double high = finite[^1];
        if (high - low < MostBins && finite.All(value => value == MathF.Floor(value)))
            return Between(name, unit, valuesByClass, low - 0.5, high + 0.5, (int)(high - low) + 1, logCounts);

        (low, high) = WithoutTails(finite);
        if (low >= 0 && low < 0.1 * high)
            low = 0;
        if (!(high > low))
            (low, high) = (low - 0.5, low + 0.5);

        // Twice the cube root of the number of values (the Rice rule): as many bins as are filled without too much noise.
        var bins = Math.Clamp((int)(2 * Math.Cbrt(finite.Length)), FewestBins, MostBins);
        return Between(name, unit, valuesByClass, low, high, bins, logCounts);
    }

    private static (double Low, double High) WithoutTails(float[] sorted)
    {
        double low = sorted[0];
        double high = sorted[^1];
        double lowQuantile = sorted[(int)(Tail * (sorted.Length - 1))];
        double highQuantile = sorted[(int)Math.Ceiling((1 - Tail) * (sorted.Length - 1))];

        // A short tail is better shown than cut: an angle keeps its whole range.
        var shortTail = 0.04 * (high - low);
        return (lowQuantile - low < shortTail ? low : lowQuantile, high - highQuantile < shortTail ? high : highQuantile);
    }

    /// <summary>Counts values in equal bins. Values that are not finite are left out.</summary>
    /// <param name="name">What is counted.</param>
    /// <param name="unit">Its unit; empty for none.</param>
    /// <param name="valuesByClass">The values, by class.</param>
    /// <param name="low">Lower edge of the first bin.</param>
    /// <param name="high">Upper edge of the last bin.</param>
    /// <param name="bins">How many bins.</param>
    /// <param name="logCounts">Whether to draw the counts on a logarithmic axis.</param>
    public static Histogram Between(
        string name, string unit, IReadOnlyList<float[]> valuesByClass, double low, double high, int bins, bool logCounts = false)
    {
        var edges = new double[bins + 1];
        for (var i = 0; i <= bins; i++)
            edges[i] = low + (high - low) * i / bins;
        var counts = new double[valuesByClass.Count][];
        for (var c = 0; c < counts.Length; c++)
        {
            counts[c] = new double[bins];
            foreach (var value in valuesByClass[c])
            {
                if (float.IsFinite(value))
                    counts[c][(int)Math.Clamp((value - low) / (high - low) * bins, 0, bins - 1)]++;
            }
        }

        return new Histogram(name, unit, edges, counts, logCounts);
    }
}
