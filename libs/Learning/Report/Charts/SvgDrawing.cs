using System.Text;

namespace DaprHep.Learning.Report.Charts;

/// <summary>An SVG drawing. Colours and fonts come from the classes of <see cref="ChartStyle"/>.</summary>
internal sealed class SvgDrawing
{
    private readonly StringBuilder _text = new();

    /// <param name="id">Unique in the page.</param>
    /// <param name="width">In units of the drawing; it scales to the space it is given.</param>
    /// <param name="height">In the same units.</param>
    /// <param name="title">What it is, for who cannot see it.</param>
    /// <param name="description">What it shows, likewise.</param>
    public SvgDrawing(string id, double width, double height, string title, string description)
    {
        Id = Markup.Escape(id);
        Width = width;
        Height = height;
        _text.Append($"<svg class=\"chart\" viewBox=\"0 0 {N(width)} {N(height)}\" role=\"img\" aria-labelledby=\"{Id}-title {Id}-desc\">");
        _text.Append($"<title id=\"{Id}-title\">{Markup.Escape(title)}</title><desc id=\"{Id}-desc\">{Markup.Escape(description)}</desc>");
    }

    public string Id { get; }

    public double Width { get; }

    public double Height { get; }

    public void Line(double x1, double y1, double x2, double y2, string style) =>
        _text.Append($"<line class=\"{style}\" x1=\"{N(x1)}\" y1=\"{N(y1)}\" x2=\"{N(x2)}\" y2=\"{N(y2)}\"/>");

    public void Rectangle(double x, double y, double width, double height, string style) =>
        _text.Append(
            $"<rect class=\"{style}\" x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(Math.Max(0, width))}\" height=\"{N(Math.Max(0, height))}\"/>");

    public void Circle(double x, double y, double radius, string style) =>
        _text.Append($"<circle class=\"{style}\" cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(radius)}\"/>");

    /// <param name="points">Corners, in units of the drawing.</param>
    /// <param name="style">Classes.</param>
    /// <param name="clip">Whether to cut off what is outside the plot of <see cref="ClipTo"/>.</param>
    public void Path(IReadOnlyList<(double X, double Y)> points, string style, bool clip = true)
    {
        if (points.Count == 0)
            return;
        _text.Append($"<path class=\"{style}\"{(clip ? $" clip-path=\"url(#{Id}-clip)\"" : "")} d=\"");
        for (var i = 0; i < points.Count; i++)
            _text.Append(i == 0 ? "M" : "L").Append(N(points[i].X)).Append(' ').Append(N(points[i].Y));
        _text.Append("\"/>");
    }

    public void ClipTo(double x, double y, double width, double height) =>
        _text.Append(
            $"<clipPath id=\"{Id}-clip\"><rect x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(width)}\" height=\"{N(height)}\"/></clipPath>");

    /// <param name="x">Anchor.</param>
    /// <param name="y">Baseline.</param>
    /// <param name="text">Escaped here.</param>
    /// <param name="style">Classes.</param>
    /// <param name="anchor">start, middle or end.</param>
    /// <param name="upwards">Whether it reads from below to above.</param>
    public void Text(double x, double y, string text, string style, string anchor = "start", bool upwards = false)
    {
        var turn = upwards ? $" transform=\"rotate(-90 {N(x)} {N(y)})\"" : "";
        _text.Append($"<text class=\"{style}\" x=\"{N(x)}\" y=\"{N(y)}\" text-anchor=\"{anchor}\"{turn}>{Markup.Escape(text)}</text>");
    }

    public string Finish() => _text.Append("</svg>").ToString();

    private static string N(double value) => Markup.Coordinate(value);
}
