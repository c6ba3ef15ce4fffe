namespace DaprHep.Learning.Report;

/// <summary>The CSS of the page; the colours are those of the charts.</summary>
internal static class ReportStyle
{
    public const string Css = """
        *{box-sizing:border-box}
        html{color-scheme:light dark;-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--paper);color:var(--ink);
        font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif}
        main,header,footer{max-width:1180px;margin:0 auto;padding:0 1.25rem}
        header{padding-top:2rem}
        h1{font-size:1.7rem;line-height:1.2;margin:0 0 .35rem;overflow-wrap:anywhere}
        h2{font-size:1.2rem;margin:2.4rem 0 .8rem;padding-bottom:.3rem;border-bottom:1px solid var(--rule)}
        h3{font-size:1rem;margin:0 0 .35rem}
        p{margin:.3rem 0;max-width:75ch}
        .meta,footer,figcaption,caption,small{color:var(--muted)}
        .meta,figcaption,caption{font-size:.86rem}
        footer{font-size:.8rem;padding-top:2rem;padding-bottom:2rem}
        .key{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin:1.2rem 0 0;padding:0}
        .key div{background:var(--raised);border:1px solid var(--rule);border-radius:6px;padding:.55rem .8rem}
        .key dt{font-size:.8rem;color:var(--muted)}
        .key dd{margin:0;font-size:1.2rem;font-weight:600;font-variant-numeric:tabular-nums}
        .key dd small{font-size:.8rem;font-weight:400}
        .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1.6rem 2.2rem;align-items:start}
        .more{margin-top:1.8rem}
        .grid3{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr));gap:1.2rem 1.6rem}
        .grid4{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,16.5rem),1fr));gap:1rem 1.3rem}
        figure{margin:0;min-width:0;break-inside:avoid}
        .scroll{overflow-x:auto}
        .scroll+h3{margin-top:1.6rem}
        table{border-collapse:collapse;width:100%;font-size:.9rem;break-inside:avoid}
        caption{text-align:left;padding-bottom:.35rem}
        th,td{padding:.32rem .6rem;text-align:left;border-bottom:1px solid var(--rule);vertical-align:top}
        thead th{color:var(--muted);font-weight:600;white-space:nowrap}
        tbody th{font-weight:500}
        .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        td small{font-size:.82em}
        .confusion td{text-align:center;padding:.6rem}
        .confusion tbody th{vertical-align:middle}
        .confusion thead th.n{text-align:center}
        .confusion small,.cutflow td small{display:block}
        .confusion small{color:inherit;opacity:.8}
        .files{table-layout:fixed;min-width:40rem}
        .files th{width:10%}
        .files th:first-child{width:36%}
        .files th:last-child{width:34%}
        .files th,.files td{overflow-wrap:anywhere;white-space:normal}
        .code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.82em}
        .warning{border-left:4px solid var(--s1);padding:.5rem .8rem;background:var(--raised);margin-top:1.6rem}
        .differs{background:rgba(var(--accent),.18)}
        .compared th.n,.parameters thead th{white-space:normal;overflow-wrap:anywhere}
        .parameters th,.parameters td{overflow-wrap:anywhere}
        .parameters th{white-space:nowrap;width:1%;padding-right:1.5rem}
        @media (max-width:40rem){body{font-size:15px}main,header,footer{padding-left:.9rem;padding-right:.9rem}
        h1{font-size:1.4rem}th,td{padding:.3rem .35rem}table{font-size:.82rem}}
        @media print{body{font-size:10.5pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}
        main,header,footer{max-width:none;padding:0}
        h2{break-after:avoid}.pair{grid-template-columns:1fr 1fr}.grid3,.grid4{grid-template-columns:1fr 1fr 1fr}.scroll{overflow:visible}}

        """;
}
