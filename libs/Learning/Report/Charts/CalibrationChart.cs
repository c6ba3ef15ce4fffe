using DaprHep.Learning.Evaluation;

namespace DaprHep.Learning.Report.Charts;

/// <summary>
/// Reliability curves: the part of events that belong to a class against the probability they were given. The dotted diagonal is a
/// classifier whose probabilities mean what they say; below it the classifier is too sure of itself.
/// </summary>
internal static class CalibrationChart
{
    public static string Draw(string id, IReadOnlyList<CalibrationCurve> curves)
    {
        var drawing = new SvgDrawing(id, 430, 350, "Calibration", Describe(curves));
        var frame = new PlotFrame(
            drawing, LinearScale.Exactly(0, 1, 5), LinearScale.Exactly(0, 1, 5), "probability given", "fraction of the class");
        drawing.Line(frame.X(0), frame.Y(0), frame.X(1), frame.Y(1), "guide");
        var any = false;
        for (var c = 0; c < curves.Count; c++)
        {
            (double X, double Y)[] points =
                [.. curves[c].MeanProbability.Zip(curves[c].Fraction)
                    .Where(point => double.IsFinite(point.First) && double.IsFinite(point.Second))
                    .Select(point => (frame.X(point.First), frame.Y(point.Second)))];
            drawing.Path(points, $"curve {ChartStyle.Line(c)}");
            foreach (var (x, y) in points)
                drawing.Circle(x, y, 3, $"point {ChartStyle.Fill(c)}");
            any |= points.Length > 0;
        }

        if (!any)
            frame.SayEmpty("no test events");
        return drawing.Finish();
    }

    private static string Describe(IReadOnlyList<CalibrationCurve> curves) =>
        "Fraction of events of a class against the probability given to it. "
        + string.Join(' ', curves.Select(curve => $"{curve.Class}: expected calibration error {Markup.Fixed(curve.Error, 4)}."));
}
