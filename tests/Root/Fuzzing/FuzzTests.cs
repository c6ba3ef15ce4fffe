using System.Collections.Concurrent;
using System.Globalization;

namespace DaprHep.Root.Tests.Fuzzing;

/// <summary>
/// No file, however damaged, crashes the reader, holds it up for more than a second, or makes it take more than 256 MB: 20,000
/// damaged files a run. A failure names seed and number; <see cref="FuzzCase.Run"/> repeats it.
/// </summary>
public class FuzzTests
{
    /// <summary>FUZZ_FIRST and FUZZ_CASES go beyond the suite's own cases.</summary>
    private static readonly int First = Setting("FUZZ_FIRST") ?? 0;
    private static readonly int Cases = Setting("FUZZ_CASES") ?? 20_000;

    private const int MaximumSeedBytes = 40_000;

    [Fact]
    public void Damaged_files_are_read_or_refused()
    {
        var seeds = Seeds();
        var failures = new ConcurrentBag<string>();
        Parallel.For(First, First + Cases, (number, state) =>
        {
            var (name, seed) = seeds[number % seeds.Count];
            if (FuzzCase.Run(seed, number, branches: 12) is not { } failure)
                return;
            failures.Add($"seed {name}, number {number}: {failure}");
            if (failures.Count > 10)
                state.Stop();
        });
        failures.ShouldBeEmpty();
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>The small files of the corpus, or the samples without it; each as it is and with its records inflated.</summary>
    private static List<(string Name, byte[] Bytes)> Seeds()
    {
        var paths = TestFiles.Shared("root-corpus/files") is { } folder
            ? Directory.GetFiles(folder).Where(f => new FileInfo(f).Length < MaximumSeedBytes).Order(StringComparer.Ordinal).ToList()
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
        seeds.Count.ShouldBeGreaterThan(11);
        return seeds;
    }
}
