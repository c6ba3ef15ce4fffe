using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using DaprHep.Tests;

namespace DaprHep.WorkflowBenchmark;

/// <summary>
/// <c>daprhep run samples</c> as a process of its own: what it spends beside the steps' work, and until its workflow begins. A second run on
/// the same store finds all outputs, so what it takes is what runtime, services and workflow cost in all, compilation included.
/// </summary>
internal sealed record EmbeddedRuns(double Startup, double Work, double Total, double Again, double AgainProcessor)
{
    public static async Task<EmbeddedRuns> MeasureAsync(int rounds)
    {
        var runs = new List<EmbeddedRuns>();
        for (var i = 0; i < rounds; i++)
        {
            var folder = Directory.CreateTempSubdirectory("workflow-benchmark-").FullName;
            var (start, total, _, said) = await RunAsync(folder, "first");
            var startup = (said["run"]!["started"]!.GetValue<DateTime>().ToUniversalTime() - start).TotalSeconds;
            var work = said["steps"]!.AsArray().Sum(step => step!["seconds"]!.GetValue<double>());
            var (_, again, processor, _) = await RunAsync(folder, "again");
            runs.Add(new EmbeddedRuns(startup, work, total, again, processor));
            Directory.Delete(folder, recursive: true);
        }

        return new EmbeddedRuns(
            Median(r => r.Startup), Median(r => r.Work), Median(r => r.Total), Median(r => r.Again), Median(r => r.AgainProcessor));

        double Median(Func<EmbeddedRuns, double> of) => runs.Select(of).Order().ElementAt(runs.Count / 2);
    }

    private static async Task<(DateTime Start, double Seconds, double Processor, JsonNode Said)> RunAsync(string folder, string name)
    {
        var program = Path.Combine(Repository.Root, "artifacts", "bin", "DaprHep.Cli", "release", "daprhep.dll");
        string[] arguments = [program, "run", "samples", "--out", Path.Combine(folder, name), "--store", Path.Combine(folder, "store"), "--json"];

        // Bash says how much processor time a process took that is gone.
        var start = new ProcessStartInfo("bash", ["-c", "TIMEFORMAT='%U %S'; time dotnet \"$@\" 2>&1", "bash", .. arguments])
        {
            WorkingDirectory = Repository.Root, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var (began, ticks) = (DateTime.UtcNow, Stopwatch.GetTimestamp());
        using var process = Process.Start(start)!;
        var (output, times) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        var seconds = Stopwatch.GetElapsedTime(ticks).TotalSeconds;
        var said = await output;
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"daprhep run samples ended with {process.ExitCode}: {said}");

        // The progress of the run comes before the one line that is its result.
        var result = JsonNode.Parse(said.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1])!;
        return (began, seconds, (await times).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Sum(time => double.Parse(time, CultureInfo.InvariantCulture)), result);
    }
}
