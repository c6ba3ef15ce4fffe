using System.Globalization;
using DaprHep.Physics;

namespace DaprHep.Benchmarks.Ingest;

/// <summary>Measures one dataset, ours and the reference's, and prints the table.</summary>
internal sealed class Comparison(string shared, PhysicsProfile profile, Options options, string target)
{
    /// <param name="name">What to call the dataset.</param>
    /// <param name="folder">Where it is under <c>delphes</c>.</param>
    /// <param name="goal">The ratio asked for.</param>
    public void Print(string name, string folder, int goal)
    {
        var root = Path.Combine(shared, "delphes", folder);
        string[] files = [.. Directory.GetFiles(root, "*.root", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        foreach (var path in Directory.GetFiles(target))
            File.Delete(path);
        var cold = IngestPass.Run(files, profile, target);
        var ours = Median(() => IngestPass.Run(files, profile, target), pass => pass.Cpu);
        var stages = Median(() => StagePass.Run(files, profile), pass => pass.Read + pass.Physics);
        var peak = PeakMegabytes();
        var script = Path.Combine(shared, "golden", "tools", "standard_reference.py");
        var reference = Reference.Run(script, files, options.ReferenceEvents);

        var written = Directory.GetFiles(target).Sum(path => new FileInfo(path).Length) / 1e6;
        Console.WriteLine($"{name}: {files.Length} files, {ours.Events:N0} events, {ours.Selected:N0} selected, {written:F0} MB of Arrow");
        Console.WriteLine($"  {"",-28}{"events/s CPU",14}{"events/s wall",15}{"ratio",8}");
        PrintRow("reference (Python, numpy)", reference.EventsPerSecond, null, reference, $"{reference.Events:N0} events");
        PrintRow("ours", ours.Events / ours.Cpu, ours.Events / ours.Wall, reference, $"asked for: {goal}");
        PrintRow("ours, first pass (JIT, cold)", cold.Events / cold.Cpu, cold.Events / cold.Wall, reference, "");
        var microseconds = 1e6 / ours.Events;
        Console.WriteLine(
            $"  µs an event: open {ours.Open * microseconds:F1}, read+inflate+decode {stages.Read * microseconds:F1}, " +
            $"physics {stages.Physics * microseconds:F1}, write {ours.Write * microseconds:F1}, all {ours.Wall * microseconds:F1}");
        Console.WriteLine($"  allocated {ours.Allocated / (double)ours.Events:F0} B an event, peak resident {peak:F0} MB\n");
    }

    private static void PrintRow(string name, double cpu, double? wall, Reference reference, string remark) =>
        Console.WriteLine($"  {name,-28}{cpu,14:N0}{wall,15:N0}{cpu / reference.EventsPerSecond,8:F1}   {remark}");

    private TPass Median<TPass>(Func<TPass> run, Func<TPass, double> seconds) =>
        Enumerable.Range(0, options.Passes).Select(_ => run()).OrderBy(seconds).ElementAt(options.Passes / 2);

    private static double PeakMegabytes()
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e6;
    }
}
