namespace DaprHep.Learning.Report.Charts;

/// <summary>Losses by epoch: training and test of one run, or one of them of several runs.</summary>
internal static class LossChart
{
    private const int MostMarks = 20;

    /// <summary>What the two lines of one run are, in their order.</summary>
    public static IReadOnlyList<string> Names { get; } = ["training", "test"];

    /// <summary>Training and test loss of one run.</summary>
    public static string Draw(string id, IReadOnlyList<EpochLoss> losses) =>
        Draw(id, "Loss by epoch", Names, [[.. losses.Select(loss => (loss.Epoch, (double?)loss.Train))], [.. losses.Select(loss => (loss.Epoch, loss.Test))]]);

    /// <summary>A line a series; losses that are not known are left out.</summary>
    /// <param name="id">Unique in the page.</param>
    /// <param name="title">What they are.</param>
    /// <param name="names">The names of the series.</param>
    /// <param name="series">The losses of each.</param>
    public static string Draw(
        string id, string title, IReadOnlyList<string> names, IReadOnlyList<IReadOnlyList<(int Epoch, double? Loss)>> series)
    {
        (double X, double Y)[][] lines = [.. series.Select(losses => losses
            .Where(loss => loss.Loss is { } value && double.IsFinite(value))
            .Select(loss => ((double)loss.Epoch, loss.Loss!.Value)).ToArray())];
        var drawing = new SvgDrawing(id, 430, 300, title, Describe(names, lines));
        var values = lines.SelectMany(line => line).Select(point => point.Y).DefaultIfEmpty(0).ToArray();
        var epochs = series.SelectMany(losses => losses).Select(loss => (double)loss.Epoch).DefaultIfEmpty(1).ToArray();
        var x = epochs.Min() < epochs.Max()
            ? LinearScale.OfIntegers(epochs.Min(), epochs.Max(), 8)
            : LinearScale.OfIntegers(epochs[0] - 0.5, epochs[0] + 0.5, 1);
        var frame = new PlotFrame(drawing, x, LinearScale.Rounded(values.Min(), values.Max(), 5), "epoch", "mean cross-entropy");
        for (var i = 0; i < lines.Length; i++)
            Draw(drawing, frame, lines[i], i);
        if (lines.All(line => line.Length == 0))
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

    private static string Describe(IReadOnlyList<string> names, (double X, double Y)[][] lines) =>
        "Mean cross-entropy after each epoch. " + string.Join(' ', names.Zip(lines, (name, points) => points.Length == 0
            ? $"{name}: none."
            : $"{name}: from {Markup.Fixed(points[0].Y, 4)} to {Markup.Fixed(points[^1].Y, 4)}."));
}
