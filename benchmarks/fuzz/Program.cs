using System.Globalization;
using DaprHep.Benchmarks.Fuzz;
using DaprHep.Root.Tests.Fuzzing;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Options options;
try
{
    options = Options.Parse(args);
}
catch (Exception error) when (error is FormatException or OverflowException)
{
    Console.Error.WriteLine($"{error.Message}\n\n{Options.Usage}");
    return 2;
}
var seeds = FuzzSeeds.Read();
if (options.Number is { } number)
{
    var (name, bytes) = seeds[number % seeds.Count];
    var result = FuzzCase.Run(bytes, number, branches: int.MaxValue);
    Console.WriteLine(
        $"number {number}, seed {name}: {result.Refusals} refusals, {result.Time.TotalMilliseconds:F1} ms, "
        + $"{result.Allocated / 1e6:F1} MB; {result.Failure ?? "no failure"}");
    return result.Failure is null ? 0 : 1;
}
var campaign = new Campaign(seeds, options.First, options.Cases);
campaign.Run();
return campaign.Failures == 0 ? 0 : 1;
