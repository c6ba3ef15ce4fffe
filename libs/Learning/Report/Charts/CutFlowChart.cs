namespace DaprHep.Learning.Report.Charts;

/// <summary>Bars of the events left after each step, by class.</summary>
internal static class CutFlowChart
{
    private const double BarHeight = 13;
    private const double BarStep = 16;
    private const double GroupGap = 14;
    private const double TextHeight = 18;
    private const double RoomForNumbers = 82;

    public static string Draw(string id, IReadOnlyList<CutFlowStep> steps, IReadOnlyList<string> classes)
    {
        var groupHeight = TextHeight + classes.Count * BarStep + GroupGap;
        var drawing = new SvgDrawing(id, 430, Math.Max(40, steps.Count * groupHeight), "Cut flow", Describe(steps, classes));
        var largest = Math.Max(1, steps.SelectMany(step => step.Events).DefaultIfEmpty(1).Max());
        for (var s = 0; s < steps.Count; s++)
        {
            var top = s * groupHeight;
            drawing.Text(0, top + 13, steps[s].Name, "axis-title");
            for (var c = 0; c < Math.Min(classes.Count, steps[s].Events.Count); c++)
            {
                var events = Math.Max(0, steps[s].Events[c]);
                var y = top + TextHeight + c * BarStep;
                var length = events * (drawing.Width - RoomForNumbers) / largest;
                drawing.Rectangle(0, y, Math.Max(length, events > 0 ? 1 : 0), BarHeight, ChartStyle.Fill(c));
                drawing.Text(length + 6, y + 11, Markup.Count(events), "tick");
            }
        }

        return drawing.Finish();
    }

    private static string Describe(IReadOnlyList<CutFlowStep> steps, IReadOnlyList<string> classes) =>
        "Events left after each step. " + string.Join(' ', steps.Select(step =>
            $"{step.Name}: {string.Join(", ", step.Events.Zip(classes, (events, name) => $"{name} {Markup.Count(events)}"))}."));
}
