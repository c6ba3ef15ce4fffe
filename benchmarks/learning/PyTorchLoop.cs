using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using DaprHep.Learning.Training;

namespace DaprHep.Benchmarks.Learning;

/// <summary>The PyTorch script beside this program, run on the same events.</summary>
internal sealed class PyTorchLoop
{
    private const string Python = "/usr/bin/python3";
    private readonly string[] _arguments;

    internal PyTorchLoop(string folder, LabelledEvents events, int epochs, int batch)
    {
        var features = Path.Combine(folder, "features");
        var labels = Path.Combine(folder, "labels");
        File.WriteAllBytes(features, MemoryMarshal.AsBytes(events.Features.Span));
        File.WriteAllBytes(labels, MemoryMarshal.AsBytes(events.Labels.Span));
        _arguments = [Path.Combine(AppContext.BaseDirectory, "pytorch_hlf.py"), features, labels, $"{epochs}", $"{batch}", "1"];
        Version = File.Exists(Python) ? Output(["-c", "import torch; print(torch.__version__)"])?.Trim() : null;
    }

    /// <summary>Null where PyTorch is not installed.</summary>
    internal string? Version { get; }

    internal (double EventsPerSecond, double Loss) Run()
    {
        using var result = JsonDocument.Parse(Output(_arguments) ?? throw new InvalidOperationException("pytorch_hlf.py failed"));
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
