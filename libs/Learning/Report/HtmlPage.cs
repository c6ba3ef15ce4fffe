using System.Globalization;
using System.Text;
using DaprHep.Learning.Report.Charts;

namespace DaprHep.Learning.Report;

/// <summary>
/// One HTML page that needs nothing else: no script, no file, no network. It is well-formed XML too. The same calls make the same page,
/// byte for byte.
/// </summary>
internal sealed class HtmlPage
{
    private readonly StringBuilder _html = new();
    private readonly string _softwareVersion;

    /// <param name="title">The heading.</param>
    /// <param name="created">When what it shows was made.</param>
    /// <param name="softwareVersion">The software that made it.</param>
    /// <param name="subtitle">What else is said below the heading.</param>
    /// <param name="figures">The few figures to see first, each with its name.</param>
    public HtmlPage(
        string title, DateTimeOffset created, string softwareVersion, string subtitle, IEnumerable<(string Name, string Value)> figures)
    {
        _softwareVersion = Markup.Escape(softwareVersion);
        var time = created.ToUniversalTime();
        _html.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n");
        _html.Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
        _html.Append("<meta name=\"color-scheme\" content=\"light dark\"/>\n");
        _html.Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n");
        _html.Append($"<title>{Markup.Escape(title)}</title>\n<style>\n{ChartStyle.WithSeries()}{ReportStyle.Css}</style>\n</head>\n<body>\n");
        _html.Append($"<header>\n<h1>{Markup.Escape(title)}</h1>\n<p class=\"meta\">");
        _html.Append($"<time datetime=\"{time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}\">");
        _html.Append($"{time.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC</time> · {_softwareVersion}");
        _html.Append($" · {Markup.Escape(subtitle)}</p>\n<dl class=\"key\">");
        foreach (var (name, value) in figures)
            _html.Append($"<div><dt>{Markup.Escape(name)}</dt><dd>{Markup.Escape(value)}</dd></div>");
        _html.Append("</dl>\n</header>\n<main>\n");
    }

    /// <summary>Begins a part of the page.</summary>
    public void Section(string id, string title) => _html.Append($"<h2 id=\"{id}\">{Markup.Escape(title)}</h2>\n");

    /// <summary>A drawing with its title, legend and caption; each but the drawing may be empty.</summary>
    public void Figure(string title, string legend, string drawing, string caption)
    {
        _html.Append("<figure>");
        if (title.Length > 0)
            _html.Append($"<h3>{Markup.Escape(title)}</h3>");
        _html.Append(legend).Append(drawing);
        if (caption.Length > 0)
            _html.Append($"<figcaption>{Markup.Escape(caption)}</figcaption>");
        _html.Append("</figure>\n");
    }

    /// <summary>HTML as it is; text in it is escaped already.</summary>
    public HtmlPage Html(string html)
    {
        _html.Append(html);
        return this;
    }

    /// <summary>The whole page.</summary>
    public string Finish() => _html.Append($"</main>\n<footer>{_softwareVersion}</footer>\n</body>\n</html>\n").ToString();
}
