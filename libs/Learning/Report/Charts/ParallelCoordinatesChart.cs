namespace DaprHep.Learning.Report.Charts;

/// <summary>An upright axis for each hyper-parameter and one for the result, and a line across them for each trial.</summary>
internal static class ParallelCoordinatesChart
{
    private const double Top = 34, Bottom = 270, Left = 40, Spacing = 118;
    private const double LabelHeight = 12;
    private const int Shades = 5;
    private const int MostLines = 2000;
    private const int LongestLabel = 14;

    public static string Draw(string id, TuningReport data)
    {
        TuningTrial[] trials =
        [
            .. data.Trials.Where(trial => trial.Auc is { } auc && double.IsFinite(auc) && trial.Places.Count == data.Axes.Count)
                .OrderByDescending(trial => trial.Auc).Take(MostLines).Reverse(),
        ];
        var width = Math.Max(430, Left + data.Axes.Count * Spacing + 80);
        var drawing = new SvgDrawing(id, width, Bottom + 14, "Points of the search", Describe(data, trials));

        // Half of the axis is for the better half of the trials.
        var scale = Ranks([.. trials.Select(trial => trial.Auc!.Value)]);
        for (var i = 0; i < trials.Length; i++)
        {
            var trial = trials[i];
            (double, double)[] points =
            [
                .. trial.Places.Select((place, axis) => (X(axis), Y(place))), (X(data.Axes.Count), Y(scale(trial.Auc!.Value))),
            ];
            var isBest = i == trials.Length - 1;
            drawing.Path(points, isBest ? $"curve {ChartStyle.Line(1)}" : $"trial shade{i * Shades / trials.Length}", clip: false);
        }

        for (var axis = 0; axis < data.Axes.Count; axis++)
            Axis(drawing, X(axis), data.Axes[axis].Name, data.Axes[axis].Marks);
        Axis(drawing, X(data.Axes.Count), "mean AUC", AucMarks(trials, scale));
        if (trials.Length == 0)
            drawing.Text(width / 2, (Top + Bottom) / 2, "no results", "note", "middle");
        return drawing.Finish();
    }

    private static double X(int axis) => Left + axis * Spacing;

    private static double Y(double place) => Bottom - (double.IsFinite(place) ? Math.Clamp(place, 0, 1) : 0) * (Bottom - Top);

    private static void Axis(SvgDrawing drawing, double x, string name, IReadOnlyList<TuningMark> marks)
    {
        drawing.Line(x, Top, x, Bottom, "axis");
        drawing.Text(x, Top - 18, Short(name), "axis-title", "middle");
        var free = double.PositiveInfinity;
        foreach (var mark in marks.OrderBy(mark => mark.Place))
        {
            var y = Y(mark.Place);
            drawing.Line(x - 3, y, x + 3, y, "axis");
            if (y > free)
                continue;
            drawing.Text(x + 6, y + 4, Short(mark.Label), "tick");
            free = y - LabelHeight;
        }
    }

    /// <summary>From an AUC to a place from 0 to 1: 0.5 for the median, and evenly below and above it.</summary>
    private static Func<double, double> Ranks(double[] rising)
    {
        if (rising.Length == 0)
            return _ => 0;
        var (low, middle, high) = (rising[0], rising[rising.Length / 2], rising[^1]);
        return auc => auc >= middle
            ? 1 - 0.5 * Share(high - auc, high - middle)
            : 0.5 - 0.5 * Share(middle - auc, middle - low);

        static double Share(double part, double whole) => whole > 0 ? part / whole : 0;
    }

    private static TuningMark[] AucMarks(TuningTrial[] rising, Func<double, double> scale)
    {
        if (rising.Length == 0)
            return [];
        double[] values = [rising[0].Auc!.Value, rising[rising.Length / 2].Auc!.Value, rising[^1].Auc!.Value];
        return [.. values.Distinct().Select(auc => new TuningMark(scale(auc), Markup.Fixed(auc, 4)))];
    }

    private static string Short(string text) => text.Length <= LongestLabel ? text : $"{text[..(LongestLabel - 1)]}…";

    private static string Describe(TuningReport data, TuningTrial[] rising) => rising.Length == 0
        ? "No trial has a result."
        : $"{Markup.Count(rising.Length)} trials. The best has mean AUC {Markup.Fixed(rising[^1].Auc, 4)} with "
            + string.Join(", ", data.Axes.Select((axis, i) => $"{axis.Name} {rising[^1].Values.ElementAtOrDefault(i)}")) + ".";
}
