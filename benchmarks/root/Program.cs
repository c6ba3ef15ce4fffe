using System.Diagnostics;
using System.Globalization;
using DaprHep.Benchmarks.Root;

const string PinnedVariable = "DAPRHEP_BENCHMARK_PINNED";
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
var repository = FindRepository();
var folder = Path.Combine(options.Shared ?? Path.Combine(repository, "..", "shared"), "delphes", "nopu");
var samples = Sample.OpenAll(Directory.Exists(folder) ? Path.GetFullPath(folder) : Path.Combine(repository, "samples"));
if (Environment.GetEnvironmentVariable(PinnedVariable) is not null)
{
    OneCore();
    return 0;
}
var code = RunPinned(args, options.Core);
if (code == 0)
    TwoCores();
return code;

void OneCore()
{
    Console.WriteLine(
        $"{samples.Count} files, {samples.Sum(s => s.Events):N0} events, {samples[0].Branches.Count} branches, core {options.Core}, "
        + $"files cached; processor time, the best of {options.Passes} passes for each file\n");
    for (var pass = 0; pass < options.Passes; pass++)
        MeasureOnce();
    Report.PrintOneCore(samples);
    if (Jsroot.Prepare(Path.Combine(repository, "benchmarks", "root", "js"), options.Core) is not { } jsroot)
        return;
    for (var round = 0; round < 2; round++)
    {
        jsroot.Measure(samples, Math.Max(3, options.Passes / 2));
        samples.ForEach(Passes.Read);
    }
    Report.PrintJsroot(samples);
}

// The measured things take turns, so that a busy machine hurts all alike.
void MeasureOnce()
{
    samples.ForEach(Passes.Read);
    samples.ForEach(Passes.InputAndInflate);
    samples.ForEach(Passes.Open);
}

void TwoCores()
{
    var machine = new SecondCore();
    for (var pass = 0; pass < 4 * options.Passes; pass++)
    {
        machine.Measure();
        foreach (var sample in samples)
        {
            Passes.ReadWithThreads(sample, 1);
            Passes.ReadWithThreads(sample, 2);
        }
    }
    Report.PrintThreads(samples, machine.Gain);
}

static string FindRepository()
{
    for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
    {
        if (File.Exists(Path.Combine(folder.FullName, "DaprHep.sln")))
            return folder.FullName;
    }
    return ".";
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
