namespace DaprHep.Root.Tests;

/// <summary>Where the test files lie: the repository's samples, and the shared corpus when it stands beside the repository.</summary>
internal static class TestFiles
{
    public static string Sample(string name) => Path.Combine(Repository.Samples, name);

    public static IReadOnlyList<string> Samples { get; } =
        [.. Directory.GetFiles(Repository.Samples, "*.root", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <summary>A path in the shared folder; null where it is not there.</summary>
    public static string? Shared(string relative)
    {
        var path = Repository.Shared is { } shared ? Path.Combine(shared, relative) : null;
        return Path.Exists(path) ? path : null;
    }
}
