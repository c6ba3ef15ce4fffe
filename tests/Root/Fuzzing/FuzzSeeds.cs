namespace DaprHep.Root.Tests.Fuzzing;

/// <summary>The files that are damaged: small ones of the corpus, or the samples without it; each as it is and with its records inflated.</summary>
internal static class FuzzSeeds
{
    private const int MaximumBytes = 40_000;

    public static IReadOnlyList<(string Name, byte[] Bytes)> Read()
    {
        var paths = TestFiles.Shared("root-corpus/files") is { } folder
            ? Directory.GetFiles(folder).Where(f => new FileInfo(f).Length < MaximumBytes).Order(StringComparer.Ordinal).ToList()
            : [.. TestFiles.Samples];
        var seeds = new List<(string, byte[])>();
        foreach (var path in paths)
        {
            var bytes = File.ReadAllBytes(path);
            var name = Path.GetFileName(path);
            seeds.Add((name, bytes));
            try
            {
                seeds.Add((name + " inflated", InflatedSeed.Of(bytes)));
            }
            catch (RootException)
            {
                // Already a damaged file: a seed only as it is.
            }
        }
        return seeds;
    }
}
