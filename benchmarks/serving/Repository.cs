namespace DaprHep.Benchmarks.Serving;

/// <summary>Where things are.</summary>
internal static class Repository
{
    /// <summary>The folder with the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The folder with the peers' programs.</summary>
    public static string Peers => Path.Combine(Root, "benchmarks", "serving", "peers");

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "DaprHep.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"no folder above {AppContext.BaseDirectory} has DaprHep.sln");
    }
}
