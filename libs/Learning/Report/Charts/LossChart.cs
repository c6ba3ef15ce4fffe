namespace DaprHep.Learning.Report.Charts;

/// <summary>Training and test loss by epoch.</summary>
internal static class LossChart
{
    private const int MostMarks = 20;

    /// <summary>What the two lines are, in their order.</summary>
    public static IReadOnlyList<string> Names { get; } = ["training", "test"];

    public static string Draw(string id, IReadOnlyList<EpochLoss> losses)
    {
        (double X, double Y)[] train =
            [.. losses.Where(loss => double.IsFinite(loss.Train)).Select(loss => ((double)loss.Epoch, loss.Train))];
        (double X, double Y)[] test =
            [.. losses.Where(loss => loss.Test is { } value && double.IsFinite(value))
                .Select(loss => ((double)loss.Epoch, loss.Test!.Value))];
        var drawing = new SvgDrawing(id, 430, 300, "Loss by epoch", Describe(train, test));
        var values = train.Concat(test).Select(point => point.Y).DefaultIfEmpty(0).ToArray();
        var epochs = losses.Select(loss => (double)loss.Epoch).DefaultIfEmpty(1).ToArray();
        var x = epochs.Min() < epochs.Max()
            ? LinearScale.OfIntegers(epochs.Min(), epochs.Max(), 8)
            : LinearScale.OfIntegers(epochs[0] - 0.5, epochs[0] + 0.5, 1);
        var frame = new PlotFrame(drawing, x, LinearScale.Rounded(values.Min(), values.Max(), 5), "epoch", "mean cross-entropy");
        Draw(drawing, frame, train, 0);
        Draw(drawing, frame, test, 1);
        if (train.Length + test.Length == 0)
            frame.SayEmpty("no epochs");
        return drawing.Finish();
    }

    private static void Draw(SvgDrawing drawing, PlotFrame frame, (double X, double Y)[] points, int series)
    {
        drawing.Path([.. points.Select(point => (frame.X(point.X), frame.Y(point.Y)))], $"curve {ChartStyle.Line(series)}");
        if (points.Length > MostMarks)
            return;
        foreach (var (epoch, loss) in points)
            drawing.Circle(frame.X(epoch), frame.Y(loss), 3, $"point {ChartStyle.Fill(series)}");
    }

    private static string Describe((double X, double Y)[] train, (double X, double Y)[] test)
    {
        return $"Mean cross-entropy after each epoch. {Say("Training", train)} {Say("Test", test)}";

        static string Say(string name, (double X, double Y)[] points) => points.Length == 0
            ? $"{name}: none."
            : $"{name}: from {Markup.Fixed(points[0].Y, 4)} to {Markup.Fixed(points[^1].Y, 4)}.";
    }
}
