namespace DaprHep.Learning.Report.Charts;

/// <summary>
/// ROC curves the way trigger studies draw them: true-positive rate along, false-positive rate up and logarithmic, so that the lower
/// curve is the better one. The dotted vertical stands where 99 % of the signal is kept, the dotted curve is a classifier that guesses.
/// </summary>
internal static class RocChart
{
    private const double WorkingPoint = 0.99;
    private const double SmallestRate = 1e-6;

    /// <param name="id">Unique in the page.</param>
    /// <param name="curves">The curves; what one is called is its class.</param>
    /// <param name="what">What they are of, for who cannot see them.</param>
    public static string Draw(string id, IReadOnlyList<ReportRocCurve> curves, string what = "each class against the others")
    {
        var usable = curves.Select(Points).ToList();
        var least = usable.SelectMany(points => points).Select(point => point.False).Where(rate => rate > 0).DefaultIfEmpty(0.01).Min();
        var y = LogScale.Around(Math.Clamp(least, SmallestRate, 0.01), 1);
        var drawing = new SvgDrawing(id, 430, 350, "ROC curves", Describe(curves, usable, what));
        var frame = new PlotFrame(drawing, LinearScale.Exactly(0, 1, 5), y, "true-positive rate (efficiency)", "false-positive rate");

        drawing.Path([.. Guess(y.Low).Select(rate => (frame.X(rate), frame.Y(rate)))], "guide");
        drawing.Line(frame.X(WorkingPoint), frame.Top, frame.X(WorkingPoint), frame.Bottom, "guide");
        for (var c = 0; c < usable.Count; c++)
        {
            var points = usable[c];
            drawing.Path(
                [.. points.Select(point => (frame.X(point.True), frame.Y(Math.Max(point.False, y.Low / 10))))],
                $"curve {ChartStyle.Line(c)}");
            if (FalsePositiveRateAt(points, WorkingPoint) is { } rate && rate >= y.Low)
                drawing.Circle(frame.X(WorkingPoint), frame.Y(rate), 4, $"point {ChartStyle.Fill(c)}");
        }

        if (usable.All(points => points.Count == 0))
            frame.SayEmpty("no test events");
        return drawing.Finish();
    }

    private static List<(double True, double False)> Points(ReportRocCurve curve)
    {
        var points = new List<(double True, double False)>();
        for (var i = 0; i < Math.Min(curve.TruePositiveRate.Count, curve.FalsePositiveRate.Count); i++)
        {
            if (double.IsFinite(curve.TruePositiveRate[i]) && double.IsFinite(curve.FalsePositiveRate[i]))
                points.Add((curve.TruePositiveRate[i], curve.FalsePositiveRate[i]));
        }

        return points;
    }

    private static IEnumerable<double> Guess(double least)
    {
        for (var rate = least; rate < 1; rate *= 1.15)
            yield return rate;
        yield return 1;
    }

    private static double? FalsePositiveRateAt(List<(double True, double False)> points, double efficiency)
    {
        for (var i = 0; i < points.Count; i++)
        {
            if (points[i].True < efficiency)
                continue;
            if (i == 0 || points[i].True <= points[i - 1].True)
                return points[i].False;
            var part = (efficiency - points[i - 1].True) / (points[i].True - points[i - 1].True);
            return points[i - 1].False + part * (points[i].False - points[i - 1].False);
        }

        return null;
    }

    private static string Describe(IReadOnlyList<ReportRocCurve> curves, List<List<(double True, double False)>> points, string what) =>
        $"False-positive rate (logarithmic) against true-positive rate, {what}. "
        + string.Join(' ', curves.Select((curve, c) => FalsePositiveRateAt(points[c], WorkingPoint) is { } rate
            ? $"{curve.Class}: {Markup.Of(new Measurement(rate))} at 99 %."
            : $"{curve.Class}: no curve."));
}
