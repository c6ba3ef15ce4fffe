namespace DaprHep.Learning.Report.Charts;

/// <summary>
/// A histogram of each class over the others, each scaled to unit sum so that shapes compare whatever the numbers of events.
/// </summary>
internal static class HistogramChart
{
    public static string Draw(string id, Histogram histogram, IReadOnlyList<string> classes, double width = 320, double height = 230)
    {
        var name = histogram.Unit.Length > 0 ? $"{histogram.Name} [{histogram.Unit}]" : histogram.Name;
        var drawing = new SvgDrawing(id, width, height, $"Distribution of {histogram.Name}", Describe(histogram, classes));
        var shapes = Shapes(histogram);
        var edges = histogram.Edges;
        var largest = shapes.SelectMany(shape => shape).DefaultIfEmpty(1).Max();
        AxisScale y = histogram.LogCounts
            ? LogScale.Around(shapes.SelectMany(shape => shape).Where(part => part > 0).DefaultIfEmpty(0.1).Min(), largest)
            : LinearScale.Exactly(0, largest * 1.08, 4);
        var x = shapes.Count == 0 ? LinearScale.Exactly(0, 1, 5)
            : IsOfWholeNumbers(edges) ? LinearScale.OfIntegers(edges[0], edges[^1], 5)
            : LinearScale.Exactly(edges[0] > 0 && edges[0] < 0.03 * edges[^1] ? 0 : edges[0], edges[^1], 5);
        var frame = new PlotFrame(drawing, x, y, name, "fraction of events");
        var floor = histogram.LogCounts ? y.Low : 0;
        for (var c = 0; c < shapes.Count; c++)
        {
            if (shapes[c].Length == 0)
                continue;
            var outline = Outline(frame, edges, shapes[c], floor);
            if (!histogram.LogCounts)
                drawing.Path(
                    [.. outline, (frame.X(edges[^1]), frame.Y(floor)), (frame.X(edges[0]), frame.Y(floor))], $"area {ChartStyle.Fill(c)}");
            drawing.Path(outline, $"curve {ChartStyle.Line(c)}");
        }

        if (shapes.All(shape => shape.Length == 0))
            frame.SayEmpty("no events");
        return drawing.Finish();
    }

    /// <summary>
    /// The part of each class's events in each bin; empty for a class without events, no classes when the bins make no histogram.
    /// </summary>
    private static List<double[]> Shapes(Histogram histogram)
    {
        var edges = histogram.Edges;
        var usable = edges.Count > 1 && edges.All(double.IsFinite);
        for (var i = 1; usable && i < edges.Count; i++)
            usable = edges[i] > edges[i - 1];
        if (!usable)
            return [];
        return [.. histogram.Counts.Select(counts =>
        {
            double[] known = [.. counts.Take(edges.Count - 1).Select(count => double.IsFinite(count) && count > 0 ? count : 0)];
            var sum = known.Sum();
            return known.Length == edges.Count - 1 && sum > 0 && double.IsFinite(sum) ? Array.ConvertAll(known, count => count / sum) : [];
        })];
    }

    // Bins of width 1 around whole numbers.
    private static bool IsOfWholeNumbers(IReadOnlyList<double> edges)
    {
        for (var i = 0; i < edges.Count; i++)
        {
            if (edges[i] != Math.Floor(edges[i]) + 0.5 || (i > 0 && edges[i] - edges[i - 1] != 1))
                return false;
        }

        return true;
    }

    private static List<(double X, double Y)> Outline(PlotFrame frame, IReadOnlyList<double> edges, double[] shape, double floor)
    {
        var points = new List<(double X, double Y)> { (frame.X(edges[0]), frame.Y(floor)) };
        for (var i = 0; i < shape.Length; i++)
        {
            var y = frame.Y(Math.Max(shape[i], floor));
            points.Add((frame.X(edges[i]), y));
            points.Add((frame.X(edges[i + 1]), y));
        }

        points.Add((frame.X(edges[^1]), frame.Y(floor)));
        return points;
    }

    private static string Describe(Histogram histogram, IReadOnlyList<string> classes)
    {
        var means = histogram.Counts.Zip(classes, (counts, name) =>
        {
            double sum = 0, weighted = 0;
            for (var i = 0; i < Math.Min(counts.Count, histogram.Edges.Count - 1); i++)
            {
                sum += counts[i];
                weighted += counts[i] * (histogram.Edges[i] + histogram.Edges[i + 1]) / 2;
            }

            return sum > 0 && double.IsFinite(weighted) ? $"{name}: mean {Markup.Fixed(weighted / sum, 3)}." : $"{name}: no events.";
        });
        return $"Fraction of the events of each class in bins of {histogram.Name}. {string.Join(' ', means)}";
    }
}
