namespace DaprHep.Root.Tests;

/// <summary>Where the test files lie: the repository's samples, and the shared corpus when it stands beside the repository.</summary>
internal static class TestFiles
{
    public static string Repository { get; } = FindRepository();

    public static string Sample(string name) => Path.Combine(Repository, "samples", name);

    public static IReadOnlyList<string> Samples { get; } =
        [.. Directory.GetFiles(Path.Combine(Repository, "samples"), "*.root", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <summary>A path in the shared folder; null where it is not there.</summary>
    public static string? Shared(string relative)
    {
        var path = Path.Combine(Repository, "..", "shared", relative);
        return Path.Exists(path) ? Path.GetFullPath(path) : null;
    }

    private static string FindRepository()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "DaprHep.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new DirectoryNotFoundException("no DaprHep.sln above " + AppContext.BaseDirectory);
    }
}
