using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using DaprHep.Learning.Report;

namespace DaprHep.Gateway.Dashboard;

/// <summary>A file of the dashboard.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Type">Its content type.</param>
/// <param name="Tag">Its entity tag.</param>
internal sealed record DashboardFile(byte[] Content, string Type, string Tag);

/// <summary>
/// The files of the dashboard: those in <c>web</c>, which are part of the program, and the style of the charts that the report has, too.
/// </summary>
internal static class DashboardFiles
{
    private const string Prefix = "dashboard/";
    private static readonly FrozenDictionary<string, DashboardFile> Files = Read();

    /// <summary>A file by its name; the page of a name without an ending.</summary>
    public static DashboardFile? Find(string? name) =>
        Files.GetValueOrDefault(string.IsNullOrEmpty(name) ? "index.html" : name) ?? Files.GetValueOrDefault($"{name}.html");

    private static FrozenDictionary<string, DashboardFile> Read()
    {
        Assembly program = typeof(DashboardFiles).Assembly;
        var files = new Dictionary<string, DashboardFile> { ["charts.css"] = Of("charts.css", Encoding.UTF8.GetBytes(ReportCharts.Css)) };
        foreach (string resource in program.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using Stream stream = program.GetManifestResourceStream(resource)!;
            using var content = new MemoryStream();
            stream.CopyTo(content);
            string name = resource[Prefix.Length..];
            files.Add(name, Of(name, content.ToArray()));
        }
        return files.ToFrozenDictionary();
    }

    private static DashboardFile Of(string name, byte[] content) => new(
        content,
        Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "application/octet-stream",
        },
        $"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..16]}\"");
}
