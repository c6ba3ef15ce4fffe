using System.Text;

namespace DaprHep.Learning.Report;

/// <summary>A table with a caption for who cannot see it, column headers and a header in each row. All text is escaped here.</summary>
internal sealed class HtmlTable
{
    private readonly StringBuilder _html = new();

    /// <param name="caption">What the table holds.</param>
    /// <param name="columns">Headers; one that begins with <c>#</c> (left out in the text) is of numbers.</param>
    /// <param name="style">A class of its own.</param>
    public HtmlTable(string caption, IEnumerable<string> columns, string style = "")
    {
        _html.Append($"<div class=\"scroll\"><table class=\"{style}\"><caption>{Markup.Escape(caption)}</caption><thead><tr>");
        foreach (var column in columns)
        {
            var numeric = column.StartsWith('#');
            _html.Append($"<th scope=\"col\"{(numeric ? " class=\"n\"" : "")}>{Markup.Escape(numeric ? column[1..] : column)}</th>");
        }

        _html.Append("</tr></thead><tbody>");
    }

    public HtmlTable Row(string header)
    {
        _html.Append($"<tr><th scope=\"row\">{Markup.Escape(header)}</th>");
        return this;
    }

    public HtmlTable Text(string text, string style = "")
    {
        _html.Append($"<td class=\"{style}\">{Markup.Escape(text)}</td>");
        return this;
    }

    /// <summary>A cell that leads to another page of the same site.</summary>
    public HtmlTable Link(string text, string address)
    {
        _html.Append($"<td><a href=\"{Markup.Escape(address)}\">{Markup.Escape(text)}</a></td>");
        return this;
    }

    /// <param name="text">The number.</param>
    /// <param name="small">What stands beside it in small, if anything.</param>
    /// <param name="heat">How strongly the cell is coloured, from 0 to 1.</param>
    public HtmlTable Number(string text, string small = "", double heat = 0)
    {
        var style = heat > 0 ? $" style=\"background:rgba(var(--accent),{Markup.Coordinate(0.45 * Math.Clamp(heat, 0, 1))})\"" : "";
        var note = small.Length > 0 ? $" <small>{Markup.Escape(small)}</small>" : "";
        _html.Append($"<td class=\"n\"{style}>{Markup.Escape(text)}{note}</td>");
        return this;
    }

    public HtmlTable End()
    {
        _html.Append("</tr>");
        return this;
    }

    public string Finish() => _html.Append("</tbody></table></div>").ToString();
}
