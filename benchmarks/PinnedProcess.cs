using System.Diagnostics;
using System.Globalization;

namespace DaprHep.Benchmarks;

/// <summary>Measures on given cores. Threads of the runtime exist before Main, so the only way to pin them all is to start again under taskset.</summary>
internal static class PinnedProcess
{
    private const string Variable = "DAPRHEP_BENCHMARK_PINNED";

    /// <summary>Whether this process is the pinned one.</summary>
    public static bool IsThis => Environment.GetEnvironmentVariable(Variable) is not null;

    /// <summary>Runs this program once more on one core.</summary>
    /// <returns>Its exit code.</returns>
    public static int Run(string[] arguments, int core)
    {
        string number = core.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo("taskset", ["-c", number, .. Program(), .. arguments]);
        start.Environment[Variable] = "1";
        using Process pinned = Process.Start(start) ?? throw new InvalidOperationException("taskset does not start; it is in Debian's util-linux");
        pinned.WaitForExit();
        return pinned.ExitCode;
    }

    // Where dotnet was given the assembly, it has to be given it again.
    private static string[] Program() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? [Environment.ProcessPath!, Environment.GetCommandLineArgs()[0]]
        : [Environment.ProcessPath!];
}
