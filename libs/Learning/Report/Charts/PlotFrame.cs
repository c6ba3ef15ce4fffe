namespace DaprHep.Learning.Report.Charts;

/// <summary>The rectangle that data are drawn in: grid, axes, marks, labels and axis titles around it.</summary>
internal sealed class PlotFrame
{
    private const double DigitWidth = 6.8;
    private const double LineHeight = 13;

    private readonly SvgDrawing _drawing;
    private readonly AxisScale _x;
    private readonly AxisScale _y;
    private readonly double _left;
    private readonly double _top;
    private readonly double _right;
    private readonly double _bottom;

    public PlotFrame(SvgDrawing drawing, AxisScale x, AxisScale y, string xTitle, string yTitle)
    {
        _drawing = drawing;
        (_x, _y) = (x, y);
        var yTicks = y.Ticks();
        var labelWidth = yTicks.Max(tick => tick.Label.Length) * DigitWidth;
        _left = Math.Max(30, labelWidth + 12 + (yTitle.Length > 0 ? 18 : 0));
        _top = 10;
        _right = drawing.Width - 14;
        _bottom = drawing.Height - (xTitle.Length > 0 ? 42 : 24);
        drawing.ClipTo(_left, _top, _right - _left, _bottom - _top);
        DrawVerticalAxis(yTicks);
        DrawHorizontalAxis(x.Ticks());
        drawing.Rectangle(_left, _top, _right - _left, _bottom - _top, "frame");
        if (xTitle.Length > 0)
            drawing.Text(_right, drawing.Height - 8, xTitle, "axis-title", "end");
        if (yTitle.Length > 0)
            drawing.Text(LineHeight, _top, yTitle, "axis-title", "end", upwards: true);
    }

    public double Bottom => _bottom;

    public double Top => _top;

    public double Left => _left;

    public double Right => _right;

    public double X(double value) => _left + Within(_x.Place(value)) * (_right - _left);

    public double Y(double value) => _bottom - Within(_y.Place(value)) * (_bottom - _top);

    /// <summary>Says in the middle that there is nothing to draw.</summary>
    public void SayEmpty(string text) => _drawing.Text((_left + _right) / 2, (_top + _bottom) / 2, text, "note", "middle");

    // A little beyond the frame, so that lines leave it where they should, yet finite.
    private static double Within(double place) => double.IsNaN(place) ? 0 : Math.Clamp(place, -0.5, 1.5);

    private void DrawVerticalAxis(IReadOnlyList<Tick> ticks)
    {
        foreach (var tick in ticks)
        {
            var y = Y(tick.Value);
            if (tick.IsMajor)
            {
                _drawing.Line(_left, y, _right, y, "grid");
                _drawing.Text(_left - 6, y + 4, tick.Label, "tick", "end");
            }

            _drawing.Line(_left, y, _left + (tick.IsMajor ? 6 : 3), y, "axis");
        }
    }

    private void DrawHorizontalAxis(IReadOnlyList<Tick> ticks)
    {
        var free = double.NegativeInfinity;
        foreach (var tick in ticks)
        {
            var x = X(tick.Value);
            _drawing.Line(x, _bottom, x, _bottom - (tick.IsMajor ? 6 : 3), "axis");
            var half = tick.Label.Length * DigitWidth / 2;
            if (!tick.IsMajor || x - half < free)
                continue;
            _drawing.Text(Math.Min(x, _drawing.Width - half), _bottom + 16, tick.Label, "tick", "middle");
            free = x + half + 6;
        }
    }
}
