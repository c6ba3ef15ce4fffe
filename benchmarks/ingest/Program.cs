using System.Globalization;
using DaprHep.Benchmarks;
using DaprHep.Benchmarks.Ingest;
using DaprHep.Physics;
using DaprHep.Tests;

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
if (!PinnedProcess.IsThis)
    return PinnedProcess.Run(args, options.Core);

var shared = options.Shared ?? Repository.Shared ?? "../shared";
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
