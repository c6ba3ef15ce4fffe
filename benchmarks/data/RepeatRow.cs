using System.Diagnostics;
using System.Globalization;
using DaprHep.Tests;

namespace DaprHep.Benchmarks.Data;

/// <summary>Seconds of a run that was done before, from the start of the program to its end: everything is found, nothing is computed.</summary>
internal static class RepeatRow
{
    private const double Wanted = 2;
    private static readonly string Program = Path.Combine(Repository.Root, "artifacts", "bin", "DaprHep.Cli", "release", "daprhep.dll");

    public static void Measure(Table table, string folder, int rounds)
    {
        Seconds(folder);
        var clock = new List<double>();
        var processor = new List<double>();
        for (int round = 0; round < rounds; round++)
        {
            double before = ProcessorSecondsOfChildren();
            clock.Add(Seconds(folder));
            processor.Add(ProcessorSecondsOfChildren() - before);
        }
        Table.Head();
        table.Want("the samples' run once more, s by the clock", $"{Table.Median(clock):F2} ({clock.Min():F2}–{clock.Max():F2})", $"≤ {Wanted:F0}", Table.Median(clock) <= Wanted);
        Table.Show("the same, s of processor time on all cores", $"{Table.Median(processor):F2}");
    }

    private static double Seconds(string folder)
    {
        long start = Stopwatch.GetTimestamp();
        using Process run = Process.Start(new ProcessStartInfo("dotnet", [Program, "run", Repository.Samples, "--out", Path.Combine(folder, "out"), "--json"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = run.StandardError.ReadToEndAsync();
        run.StandardOutput.ReadToEnd();
        run.WaitForExit();
        return run.ExitCode == 0
            ? Stopwatch.GetElapsedTime(start).TotalSeconds
            : throw new InvalidOperationException($"daprhep run ended with {run.ExitCode}: {errors.Result}; build the solution first");
    }

    // Fields 16 and 17 of proc(5)'s stat, in hundredths of seconds, of children that have been waited for.
    private static double ProcessorSecondsOfChildren()
    {
        string[] fields = File.ReadAllText("/proc/self/stat").Split(") ")[^1].Split(' ');
        return (long.Parse(fields[13], CultureInfo.InvariantCulture) + long.Parse(fields[14], CultureInfo.InvariantCulture)) / 100.0;
    }
}
