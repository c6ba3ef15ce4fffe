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
if (!Directory.Exists(Path.Combine(shared, "delphes")))
{
    Console.Error.WriteLine($"no reference data at '{shared}': give its folder with --shared");
    return 3;
}
var target = Directory.CreateTempSubdirectory("daprhep-ingest-").FullName;
try
{
    var sample = options.ReferenceEvents == 0 ? "all events" : $"the first {options.ReferenceEvents} events a file";
    Console.WriteLine(
        $"ingest, profile {profile.Name()}, core {options.Core}: ROOT opened to Arrow written, files cached, " +
        $"median of {options.Passes} passes");
    Console.WriteLine($"reference: standard_reference.py --time, its conversion alone in CPU seconds, on {sample}\n");
    var comparison = new Comparison(shared, profile, options, target);
    comparison.Print("no pile-up", "nopu", goal: 60);
    comparison.Print("20 pile-up", "pu20", goal: 40);
}
finally
{
    Directory.Delete(target, recursive: true);
}
return 0;

static string FindShared()
{
    for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
    {
        if (File.Exists(Path.Combine(folder.FullName, "DaprHep.sln")))
            return Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared"));
    }
    return "../shared";
}

// Threads of the runtime exist before Main, so the only way to pin them all is to start again under taskset.
static int RunPinned(string[] arguments, int core)
{
    var number = core.ToString(CultureInfo.InvariantCulture);
    var start = new ProcessStartInfo("taskset", ["-c", number, Environment.ProcessPath!, .. arguments]);
    start.Environment[PinnedVariable] = "1";
    using var pinned = Process.Start(start) ?? throw new InvalidOperationException("taskset does not start; it is in Debian's util-linux");
    pinned.WaitForExit();
    return pinned.ExitCode;
}
