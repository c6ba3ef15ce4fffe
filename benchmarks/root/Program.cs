using System.Globalization;
using DaprHep.Benchmarks;
using DaprHep.Benchmarks.Root;
using DaprHep.Tests;

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
var repository = Repository.Root;
var folder = Path.Combine(options.Shared ?? Path.Combine(repository, "..", "shared"), "delphes", "nopu");
var samples = Sample.OpenAll(Directory.Exists(folder) ? Path.GetFullPath(folder) : Path.Combine(repository, "samples"));
if (PinnedProcess.IsThis)
{
    OneCore();
    return 0;
}
var code = PinnedProcess.Run(args, options.Core);
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
