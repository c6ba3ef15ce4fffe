using System.Diagnostics;
using System.Globalization;
using DaprHep.Benchmarks.Store;
using DaprHep.Tests;

namespace DaprHep.Benchmarks.Data;

/// <summary>Seconds of a run that was done before, from the start of the program to its end: everything is found, nothing is computed.</summary>
internal static class RepeatRow
{
    private const double Wanted = 2;
    private static readonly string Program = Path.Combine(Repository.Root, "artifacts", "bin", "DaprHep.Cli", "release", "daprhep.dll");

    public static void Measure(Table table, string folder, int rounds)
    {
        Table.Head();
        Measure(table, "in a folder", folder, null, rounds);
        foreach (string kind in (string[])["s3rver", "swift"])
        {
            using var server = new StoreServer(kind);
            Measure(table, $"in a bucket of {server.Name}", folder, server, rounds);
        }
    }

    private static void Measure(Table table, string place, string folder, StoreServer? server, int rounds)
    {
        Seconds(folder, server);
        var clock = new List<double>();
        var processor = new List<double>();
        for (int round = 0; round < rounds; round++)
        {
            double before = ProcessorSecondsOfChildren();
            clock.Add(Seconds(folder, server));
            processor.Add(ProcessorSecondsOfChildren() - before);
        }
        table.Want($"the samples' run once more, {place}, s by the clock", $"{Table.Median(clock):F2} ({clock.Min():F2}–{clock.Max():F2})", $"≤ {Wanted:F0}", Table.Median(clock) <= Wanted);
        Table.Show("the same, s of processor time on all cores", $"{Table.Median(processor):F2}");
    }

    private static double Seconds(string folder, StoreServer? server)
    {
        var start = new ProcessStartInfo("dotnet", [Program, "run", Repository.Samples, "--out", Path.Combine(folder, "out"), "--json"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (server is not null)
        {
            start.ArgumentList.Add("--store");
            start.ArgumentList.Add($"s3://{StoreServer.Bucket}/repeat");
            foreach ((string name, string value) in server.Environment)
                start.Environment[name] = value;
        }
        long began = Stopwatch.GetTimestamp();
        using Process run = Process.Start(start)!;
        Task<string> errors = run.StandardError.ReadToEndAsync();
        run.StandardOutput.ReadToEnd();
        run.WaitForExit();
        return run.ExitCode == 0
            ? Stopwatch.GetElapsedTime(began).TotalSeconds
            : throw new InvalidOperationException($"daprhep run ended with {run.ExitCode}: {errors.Result}; build the solution first");
    }

    // Fields 16 and 17 of proc(5)'s stat, in hundredths of seconds, of children that have been waited for.
    private static double ProcessorSecondsOfChildren()
    {
        string[] fields = File.ReadAllText("/proc/self/stat").Split(") ")[^1].Split(' ');
        return (long.Parse(fields[13], CultureInfo.InvariantCulture) + long.Parse(fields[14], CultureInfo.InvariantCulture)) / 100.0;
    }
}
