using System.Diagnostics;
using System.Globalization;
using DaprHep.Benchmarks.Ingest;
using DaprHep.Physics;

const string PinnedVariable = "DAPRHEP_BENCHMARK_PINNED";
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Options options;
PhysicsProfile profile;
try
{
    options = Options.Parse(args);
    profile = PhysicsProfiles.Parse(options.Physics);
}
catch (Exception error) when (error is FormatException or ArgumentException or OverflowException)
{
    Console.Error.WriteLine($"{error.Message}\n\n{Options.Usage}");
    return 2;
}
if (Environment.GetEnvironmentVariable(PinnedVariable) is null)
    return RunPinned(args, options.Core);

var shared = options.Shared ?? FindShared();
if (shared is null || !Directory.Exists(Path.Combine(shared, "delphes")))
{
    Console.Error.WriteLine($"no reference data at '{shared ?? "shared beside the repository"}': give its folder with --shared");
    return 3;
}
var target = Directory.CreateTempSubdirectory("daprhep-ingest-").FullName;
try
{
    Console.WriteLine($"ingest, profile {profile.Name()}, core {options.Core}: ROOT read to Arrow written, median of {options.Passes} passes, files cached");
    var sample = options.ReferenceEvents == 0 ? "all events" : $"the first {options.ReferenceEvents} events a file";
    Console.WriteLine($"reference: standard_reference.py --time on {sample}, conversion alone, CPU seconds\n");
    Measure("no pile-up", [.. RootFiles("nopu")], 60);
    Measure("20 pile-up", [.. RootFiles("pu20")], 40);
}
finally
{
    Directory.Delete(target, recursive: true);
}
return 0;

void Measure(string name, string[] files, int goal)
{
    foreach (var path in Directory.GetFiles(target))
        File.Delete(path);
    var converter = new EventConverter(profile);
    var selection = new TopologyEvents();
    var cold = IngestPass.Run(files, converter, selection, target);
    var passes = Enumerable.Range(0, options.Passes).Select(_ => IngestPass.Run(files, converter, selection, target)).OrderBy(pass => pass.Cpu).ToArray();
    var peak = PeakMegabytes();
    var reference = Reference.Run(Path.Combine(shared, "golden", "tools", "standard_reference.py"), files, options.ReferenceEvents);
    var pass = passes[passes.Length / 2];
    var events = (double)pass.Events;
    var megabytes = Directory.GetFiles(target).Sum(path => new FileInfo(path).Length) / 1e6;
    double Microseconds(double seconds) => seconds * 1e6 / events;
    Console.WriteLine($"{name}: {files.Length} files, {events:N0} events, {pass.Selected:N0} selected, {megabytes:F0} MB of Arrow");
    Console.WriteLine($"  {"",-28}{"events/s CPU",14}{"events/s wall",15}{"ratio",8}");
    Console.WriteLine($"  {"reference (Python, numpy)",-28}{reference.EventsPerSecond,14:N0}{"",15}{1,8:F1}   {reference.Events:N0} events, {reference.Selected:N0} selected");
    Console.WriteLine($"  {"ours",-28}{events / pass.Cpu,14:N0}{events / pass.Wall,15:N0}{events / pass.Cpu / reference.EventsPerSecond,8:F1}   asked for: {goal}");
    Console.WriteLine($"  {"ours, first pass (JIT, cold)",-28}{events / cold.Cpu,14:N0}{events / cold.Wall,15:N0}{events / cold.Cpu / reference.EventsPerSecond,8:F1}");
    Console.WriteLine(
        $"  µs an event: open {Microseconds(pass.Open):F1}, read+inflate+decode {Microseconds(pass.Read):F1}, physics {Microseconds(pass.Physics):F1}, " +
        $"write {Microseconds(pass.Write):F1}, sum {Microseconds(pass.Open + pass.Read + pass.Physics + pass.Write):F1}");
    Console.WriteLine($"  allocated {pass.Allocated / events:F0} B an event, peak resident {peak:F0} MB\n");
}

IEnumerable<string> RootFiles(string folder) =>
    Directory.GetFiles(Path.Combine(shared, "delphes", folder), "*.root", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

static double PeakMegabytes()
{
    var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
    return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e6;
}

static string? FindShared()
{
    for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
    {
        if (File.Exists(Path.Combine(folder.FullName, "DaprHep.sln")))
            return Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared"));
    }
    return null;
}

// Threads of the runtime exist before Main, so the only way to pin them all is to start again under taskset.
static int RunPinned(string[] arguments, int core)
{
    var start = new ProcessStartInfo("taskset", ["-c", core.ToString(CultureInfo.InvariantCulture), Environment.ProcessPath!, .. arguments]);
    start.Environment[PinnedVariable] = "1";
    using var pinned = Process.Start(start) ?? throw new InvalidOperationException("taskset does not start; it is in Debian's util-linux");
    pinned.WaitForExit();
    return pinned.ExitCode;
}
