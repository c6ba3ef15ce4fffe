using DaprHep.Learning.Evaluation;

namespace DaprHep.Learning.Report.Charts;

/// <summary>A bar for each feature: how much the mean AUC falls when its values are exchanged among events; the largest first.</summary>
internal static class ImportanceChart
{
    private const double RowHeight = 20;
    private const double RoomForNames = 96;
    private const double RoomForNumbers = 132;

    public static string Draw(string id, IReadOnlyList<FeatureImportance> features)
    {
        FeatureImportance[] sorted = [.. features.OrderByDescending(feature => Known(feature.AucDrop))];
        var drawing = new SvgDrawing(id, 430, Math.Max(40, sorted.Length * RowHeight + 4), "Permutation importance", Describe(sorted));
        var largest = sorted.Select(feature => Known(feature.AucDrop) + Known(feature.AucDropError)).DefaultIfEmpty(0).Max();
        var scale = largest > 0 ? (drawing.Width - RoomForNames - RoomForNumbers) / largest : 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            var middle = i * RowHeight + RowHeight / 2;
            var (drop, error) = (Math.Max(0, Known(sorted[i].AucDrop)), Known(sorted[i].AucDropError));
            var end = RoomForNames + drop * scale;
            drawing.Text(RoomForNames - 8, middle + 4, sorted[i].Feature, "tick", "end");
            drawing.Rectangle(RoomForNames, middle - 6, drop * scale, 12, ChartStyle.Fill(0));
            if (error > 0)
                drawing.Line(Math.Max(RoomForNames, end - error * scale), middle, end + error * scale, middle, "axis");
            drawing.Text(end + error * scale + 6, middle + 4, Markup.Of(new Measurement(sorted[i].AucDrop, sorted[i].AucDropError)), "tick");
        }

        return drawing.Finish();
    }

    private static double Known(double value) => double.IsFinite(value) ? Math.Clamp(value, -1, 1) : 0;

    private static string Describe(FeatureImportance[] sorted) =>
        "How much the mean AUC falls when a feature is exchanged among events. "
        + string.Join(' ', sorted.Select(feature => $"{feature.Feature}: {Markup.Fixed(feature.AucDrop, 4)}."));
}
