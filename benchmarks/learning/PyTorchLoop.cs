using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using DaprHep.Learning.Training;

namespace DaprHep.Benchmarks.Learning;

/// <summary>The PyTorch scripts beside this program, run on the same events.</summary>
internal static class PyTorchLoop
{
    private const string Python = "/usr/bin/python3";

    /// <summary>Null where PyTorch is not installed.</summary>
    internal static string? Version { get; } =
        File.Exists(Python) ? Output(["-c", "import torch; print(torch.__version__)"])?.Trim() : null;

    /// <summary>
    /// The library that PyTorch multiplies matrices with, as the loader found it. Debian's reference BLAS makes recurrent networks
    /// several times slower than OpenBLAS does, so that a ratio means nothing without it.
    /// </summary>
    internal static string? Blas { get; } = Version is null ? null : Output(
        ["-c", "import torch; print(next((m.split()[-1] for m in open('/proc/self/maps') if 'blas' in m), 'unknown BLAS'))"])?.Trim();

    /// <summary>Writes events where the scripts read them.</summary>
    internal static void Write(string folder, LabelledEvents events)
    {
        WriteValues("features", events.Features.Span);
        WriteValues("labels", events.Labels.Span);
        if (events.Particles is { } particles)
        {
            WriteValues("offsets", particles.Offsets.Span);
            WriteValues("particles", particles.Values.Span);
        }

        void WriteValues<T>(string name, ReadOnlySpan<T> values)
            where T : struct => File.WriteAllBytes(Path.Combine(folder, name), MemoryMarshal.AsBytes(values));
    }

    /// <summary>Runs a script.</summary>
    internal static (double EventsPerSecond, double Loss) Run(string script, params string[] arguments)
    {
        var output = Output([Path.Combine(AppContext.BaseDirectory, script), .. arguments]);
        using var result = JsonDocument.Parse(output ?? throw new InvalidOperationException($"{script} failed"));
        return (result.RootElement.GetProperty("events_per_s").GetDouble(), result.RootElement.GetProperty("loss").GetDouble());
    }

    private static string? Output(string[] arguments)
    {
        var start = new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : null;
    }
}
