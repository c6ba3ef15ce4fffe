using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using DaprHep.Learning.Report;
using Microsoft.Net.Http.Headers;

namespace DaprHep.Gateway.Dashboard;

/// <summary>A file of the dashboard.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Type">Its content type.</param>
/// <param name="Tag">Its entity tag: another for every other content.</param>
internal sealed record DashboardFile(byte[] Content, string Type, EntityTagHeaderValue Tag);

/// <summary>
/// The files of the dashboard: those in <c>web</c>, which are part of the program, its pages put together, and the style of the charts that the
/// report has, too.
/// </summary>
internal static class DashboardFiles
{
    private const string Prefix = "dashboard/";
    private const string Page = ".html";
    private static readonly FrozenDictionary<string, DashboardFile> Files = Read();

    /// <summary>A file by its name; a page by its name without an ending.</summary>
    public static DashboardFile? Find(string? name) => Files.GetValueOrDefault(string.IsNullOrEmpty(name) ? DashboardPages.First : name);

    private static FrozenDictionary<string, DashboardFile> Read()
    {
        string[] names = [.. typeof(DashboardFiles).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..])];
        byte[] frame = ContentOf(DashboardPages.Frame);
        var files = new Dictionary<string, DashboardFile> { ["charts.css"] = Of("charts.css", Encoding.UTF8.GetBytes(ReportCharts.Css)) };
        foreach (string name in names.Where(name => name != DashboardPages.Frame))
        {
            byte[] content = ContentOf(name);
            string page = Path.GetFileNameWithoutExtension(name);
            if (Path.GetExtension(name) == Page)
                files.Add(page, Of(name, DashboardPages.Put(frame, page, content)));
            else
                files.Add(name, Of(name, content));
        }
        return files.ToFrozenDictionary();
    }

    private static byte[] ContentOf(string name)
    {
        using Stream stream = typeof(DashboardFiles).Assembly.GetManifestResourceStream(Prefix + name)!;
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }

    private static DashboardFile Of(string name, byte[] content) => new(
        content,
        Path.GetExtension(name) switch
        {
            Page => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "application/octet-stream",
        },
        new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..16]}\""));
}
