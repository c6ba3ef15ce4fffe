namespace DaprHep.Learning.Report.Charts;

/// <summary>An upright axis for each hyper-parameter and one for the result, and a line across them for each trial.</summary>
internal static class ParallelCoordinatesChart
{
    private const double Top = 34, Bottom = 290, Left = 45, LeastWidth = 900, LeastSpacing = 118, RoomForLabels = 105;
    private const double LabelHeight = 12;
    private const int Shades = 5;
    private const int Quantiles = 4;
    private const int MostLines = 2000;
    private const int LongestLabel = 14;

    public static string Draw(string id, TuningReport data)
    {
        TuningTrial[] trials =
        [
            .. data.Trials.Where(trial => trial.Auc is { } auc && double.IsFinite(auc) && trial.Places.Count == data.Axes.Count)
                .OrderByDescending(trial => trial.Auc).Take(MostLines).Reverse(),
        ];
        var spacing = Math.Max(LeastSpacing, (LeastWidth - Left - RoomForLabels) / Math.Max(1, data.Axes.Count));
        var width = Math.Max(LeastWidth, Left + data.Axes.Count * spacing + RoomForLabels);
        double X(int axis) => Left + axis * spacing;

        var drawing = new SvgDrawing(id, width, Bottom + 14, "Points of the search", Describe(data, trials));

        // Results are placed by their rank: by value, all good ones would lie on one point.
        for (var i = 0; i < trials.Length; i++)
        {
            var trial = trials[i];
            (double, double)[] points =
            [
                .. trial.Places.Select((place, axis) => (X(axis), Y(place))), (X(data.Axes.Count), Y(Rank(i, trials.Length))),
            ];
            var isBest = i == trials.Length - 1;
            drawing.Path(points, isBest ? $"curve {ChartStyle.Line(1)}" : $"trial shade{i * Shades / trials.Length}", clip: false);
        }

        for (var axis = 0; axis < data.Axes.Count; axis++)
            Axis(drawing, X(axis), data.Axes[axis].Name, data.Axes[axis].Marks);
        Axis(drawing, X(data.Axes.Count), "mean AUC", AucMarks(trials));
        if (trials.Length == 0)
            drawing.Text(width / 2, (Top + Bottom) / 2, "no results", "note", "middle");
        return drawing.Finish();
    }

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

    private static double Rank(int index, int count) => count > 1 ? (double)index / (count - 1) : 1;

    private static TuningMark[] AucMarks(TuningTrial[] rising) => rising.Length == 0 ? [] :
    [
        .. Enumerable.Range(0, Quantiles + 1).Select(k => k * (rising.Length - 1) / Quantiles).Distinct()
            .Select(index => new TuningMark(Rank(index, rising.Length), Markup.Fixed(rising[index].Auc, 4))),
    ];

    private static string Short(string text) => text.Length <= LongestLabel ? text : $"{text[..(LongestLabel - 1)]}…";

    private static string Describe(TuningReport data, TuningTrial[] rising) => rising.Length == 0
        ? "No trial has a result."
        : $"{Markup.Count(rising.Length)} trials. The best has mean AUC {Markup.Fixed(rising[^1].Auc, 4)} with "
            + string.Join(", ", data.Axes.Select((axis, i) => $"{axis.Name} {rising[^1].Values.ElementAtOrDefault(i)}")) + ".";
}
