namespace DaprHep.Learning.Report.Charts;

/// <summary>How the best result of a search grows with the epochs spent.</summary>
internal static class BestSoFarChart
{
    private const int MostPoints = 1000;

    /// <summary>What is drawn.</summary>
    public static IReadOnlyList<string> Names { get; } = ["best so far", "each result"];

    public static string Draw(string id, IReadOnlyList<TuningResult> results)
    {
        TuningResult[] known = [.. results.Where(result => double.IsFinite(result.Auc))];
        var drawing = new SvgDrawing(id, 430, 300, "Best AUC by epochs spent", Describe(known));
        var (low, high) = Range([.. known.Select(result => result.Auc).Order()]);
        var most = known.Length > 0 ? Math.Max(1, known[^1].EpochsSpent) : 1;
        var frame = new PlotFrame(
            drawing, LinearScale.Exactly(0, most, 5), LinearScale.Rounded(low, high, 5), "epochs of all trials together", "mean AUC");
        foreach (var result in known.Take(MostPoints).Where(result => result.Auc >= low))
            drawing.Circle(frame.X(result.EpochsSpent), frame.Y(result.Auc), 4, $"point {ChartStyle.Fill(1)}");
        List<(double, double)> steps = [];
        var best = double.NegativeInfinity;
        foreach (var result in known)
        {
            if (steps.Count > 0)
                steps.Add((frame.X(result.EpochsSpent), frame.Y(best)));
            best = Math.Max(best, result.Auc);
            steps.Add((frame.X(result.EpochsSpent), frame.Y(best)));
        }

        drawing.Path(steps, $"curve {ChartStyle.Line(0)}");
        if (known.Length == 0)
            frame.SayEmpty("no results");
        return drawing.Finish();
    }

    // A few hopeless trials would press all others into one line: results far below the better half are not drawn.
    private static (double Low, double High) Range(double[] sorted)
    {
        if (sorted.Length == 0)
            return (0.5, 1);
        var (best, median) = (sorted[^1], sorted[sorted.Length / 2]);
        return (Math.Max(sorted[0], best - 4 * Math.Max(best - median, 1e-4)), best);
    }

    private static string Describe(TuningResult[] results)
    {
        if (results.Length == 0)
            return "No results.";
        var best = results.MaxBy(result => result.Auc);
        return $"{Markup.Count(results.Length)} results. The best, {Markup.Fixed(best.Auc, 4)}, "
            + $"came after {Markup.Count(best.EpochsSpent)} of {Markup.Count(results[^1].EpochsSpent)} epochs.";
    }
}
