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

    [Fact]
    public void Damaged_files_are_read_or_refused()
    {
        var seeds = FuzzSeeds.Read();
        seeds.Count.ShouldBeGreaterThan(11);
        var failures = new ConcurrentBag<string>();
        Parallel.For(First, First + Cases, (number, state) =>
        {
            var (name, seed) = seeds[number % seeds.Count];
            if (FuzzCase.Run(seed, number, FuzzCase.Branches).Failure is not { } failure)
                return;
            failures.Add($"seed {name}, number {number}: {failure}");
            if (failures.Count > 10)
                state.Stop();
        });
        failures.ShouldBeEmpty();
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : null;
}
