using System.Text;

namespace DaprHep.Learning.Report.Charts;

/// <summary>
/// Colours and lines of all charts, as CSS. Classes are told apart by colour (after Okabe and Ito, "Color Universal Design", 2008) and
/// by dashes, so that they stay apart for the colour-blind and in black and white.
/// </summary>
internal static class ChartStyle
{
    /// <summary>Series with a line of their own; further ones begin again.</summary>
    public const int Series = 12;

    private const int Colours = 6;

    public const string Css = """
        :root{--ink:#1b1f24;--muted:#57606a;--paper:#fff;--raised:#f6f8fa;--rule:#d0d7de;--grid:#e4e8ec;--accent:0,114,178;
        --s0:#0072b2;--s1:#d55e00;--s2:#00845f;--s3:#a8518a;--s4:#9a6b00;--s5:#2b86b8}
        @media (prefers-color-scheme:dark){:root{
        --ink:#e6edf3;--muted:#9aa5b1;--paper:#0f1419;--raised:#171d24;--rule:#303a45;--grid:#232b34;
        --accent:86,180,233;--s0:#56b4e9;--s1:#ff9248;--s2:#35c995;--s3:#e08fc0;--s4:#f0c000;--s5:#8fd0f5}}
        @media print{:root{--ink:#000;--muted:#444;--paper:#fff;--raised:#fff;--rule:#bbb;--grid:#e4e8ec;--accent:0,114,178;
        --s0:#0072b2;--s1:#d55e00;--s2:#00845f;--s3:#a8518a;--s4:#9a6b00;--s5:#2b86b8}}
        .chart{display:block;width:100%;max-width:33rem;height:auto;font-family:inherit;overflow:visible}
        .chart text{font-size:12px;fill:var(--ink)}
        .chart .tick{fill:var(--muted);font-variant-numeric:tabular-nums}
        .chart .axis-title{font-size:12.5px}
        .chart .note{fill:var(--muted);font-size:13px}
        .chart .grid{stroke:var(--grid);stroke-width:1}
        .chart .axis,.chart .frame{stroke:var(--muted);stroke-width:1;fill:none}
        .chart .guide{stroke:var(--muted);stroke-width:1;stroke-dasharray:1 3;stroke-linecap:round;fill:none}
        .chart .curve{fill:none;stroke-width:2;stroke-linejoin:round}
        .chart .area{stroke:none;fill-opacity:.1}
        .chart .trial{fill:none;stroke:rgb(var(--accent));stroke-width:1}
        .shade0{stroke-opacity:.12}.shade1{stroke-opacity:.2}.shade2{stroke-opacity:.3}.shade3{stroke-opacity:.45}
        .shade4{stroke-opacity:.75}
        .trials td{white-space:nowrap}.wide{margin-top:1.6rem}.wide .chart{max-width:62rem}
        .wide .tick{paint-order:stroke;stroke:var(--paper);stroke-width:3px}
        .chart .point{stroke:var(--paper);stroke-width:1.5}
        .legend{display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;list-style:none;margin:.2rem 0 .5rem;padding:0;font-size:.86rem}
        .legend li{display:flex;align-items:center;gap:.4rem}
        .legend svg{width:28px;height:10px;flex:none}
        .legend line{stroke-width:2.5}

        """;

    /// <summary>The CSS with the colours of the series.</summary>
    public static string WithSeries()
    {
        string[] dashes = ["none", "7 3", "10 3 2 3", "3 2", "12 4", "10 2 2 2 2 2"];
        var css = new StringBuilder(Css);
        for (var i = 0; i < Series; i++)
        {
            // The second time round, colours come with other dashes.
            var colour = i % Colours;
            var dash = dashes[(i + i / Colours) % dashes.Length];
            css.Append($".line{i}{{stroke:var(--s{colour});stroke-dasharray:{dash}}}.fill{i}{{fill:var(--s{colour})}}\n");
        }


        return css.ToString();
    }

    public static string Line(int series) => $"line{series % Series}";

    public static string Fill(int series) => $"fill{series % Series}";

    /// <summary>A legend, in HTML, so that it wraps where the chart cannot.</summary>
    /// <param name="names">Names of the series.</param>
    /// <param name="filled">For bars; otherwise for lines.</param>
    public static string Legend(IReadOnlyList<string> names, bool filled = false)
    {
        var html = new StringBuilder("<ul class=\"legend\">");
        for (var i = 0; i < names.Count; i++)
        {
            html.Append("<li><svg viewBox=\"0 0 28 10\" aria-hidden=\"true\">").Append(filled
                ? $"<rect class=\"{Fill(i)}\" x=\"8\" width=\"20\" height=\"10\"/>"
                : $"<line class=\"{Line(i)}\" x1=\"0\" y1=\"5\" x2=\"28\" y2=\"5\"/>").Append("</svg>");
            html.Append(Markup.Escape(names[i])).Append("</li>");
        }

        return html.Append("</ul>").ToString();
    }
}
