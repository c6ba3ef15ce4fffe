using System.Text;

namespace DaprHep.Gateway.Dashboard;

/// <summary>
/// Puts a page together: a page's file has its title in the first line and its <c>main</c> below; all else is the same for all pages and stands
/// in <c>frame.html</c>.
/// </summary>
internal static class DashboardPages
{
    /// <summary>Name of the page at the dashboard's own address.</summary>
    public const string First = "runs";

    /// <summary>Name of the file with what all pages share; it is no page itself.</summary>
    public const string Frame = "frame.html";

    // What the navigation leads to; other pages belong to one run and are reached from it.
    private static readonly (string Name, string Address, string Title)[] Navigation =
        [(First, "./", "Runs"), ("compare", "compare", "Compare"), ("models", "models", "Models")];

    /// <summary>The document of a page.</summary>
    /// <param name="frame">Content of <see cref="Frame"/>.</param>
    /// <param name="name">Name of the page, without an ending; its module is called so, too.</param>
    /// <param name="content">Content of its file.</param>
    public static byte[] Put(byte[] frame, string name, byte[] content)
    {
        string[] parts = Encoding.UTF8.GetString(content).Split('\n', 2);
        IEnumerable<string> links = Navigation.Select(page =>
            $"<a href=\"{page.Address}\"{(page.Name == name ? " aria-current=\"page\"" : "")}>{page.Title}</a>");
        return Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(frame)
            .Replace("{{title}}", parts[0], StringComparison.Ordinal)
            .Replace("{{name}}", name, StringComparison.Ordinal)
            .Replace("{{pages}}", string.Join("\n        ", links), StringComparison.Ordinal)
            .Replace("{{main}}", parts[1], StringComparison.Ordinal));
    }
}
