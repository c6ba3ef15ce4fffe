using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Benchmarks.Learning;

/// <summary>The Python scripts beside this program, run on the same events with one thread.</summary>
/// <param name="blas">The libraries that PyTorch is measured with.</param>
internal sealed class PythonPeers(IReadOnlyList<Blas> blas)
{
    private const string Python = "/usr/bin/python3";

    /// <summary>The libraries that PyTorch is measured with; none where PyTorch is not installed.</summary>
    internal IReadOnlyList<Blas> Blas { get; } = TorchVersion is null ? [] : blas;

    /// <summary>Null where PyTorch is not installed.</summary>
    internal static string? TorchVersion { get; } = VersionOf("torch");

    /// <summary>Null where XGBoost is not installed.</summary>
    internal static string? XGBoostVersion { get; } = VersionOf("xgboost");

    /// <summary>Writes events where the scripts read them.</summary>
    internal static void Write(string folder, LabelledEvents events)
    {
        WriteValues("features", events.Features.Span);
        WriteValues("labels", events.Labels.Span);
        if (events.Particles is { } particles)
        {
            WriteValues("offsets", particles.Offsets.Span);
            WriteValues("particles", particles.Values.Span);
            WriteValues("padding", particles.Padding.Span);
        }

        void WriteValues<T>(string name, ReadOnlySpan<T> values)
            where T : struct => File.WriteAllBytes(Path.Combine(folder, name), MemoryMarshal.AsBytes(values));
    }

    /// <summary>Writes weights where the scripts read them, each under its name.</summary>
    internal static void Write(string folder, IReadOnlyList<NamedTensor> weights)
    {
        foreach (var weight in weights)
            File.WriteAllBytes(Path.Combine(folder, weight.Name), MemoryMarshal.AsBytes<float>(weight.Values));
    }

    /// <summary>Adds a PyTorch script to a contest, once for each library.</summary>
    internal void AddTo(Contest contest, string name, string script, params string[] arguments)
    {
        foreach (var blas in Blas)
            contest.Add($"PyTorch {TorchVersion}, {name}{blas.Name}", () => PaceOf(Run(script, blas, arguments)));
    }

    /// <summary>The rate and the loss that a script printed.</summary>
    internal static Pace PaceOf(JsonElement result) =>
        new(result.GetProperty("events_per_s").GetDouble(), result.GetProperty("loss").GetDouble());

    /// <summary>Runs a script.</summary>
    /// <param name="script">Its file beside this program.</param>
    /// <param name="blas">What PyTorch multiplies with; null where it is not PyTorch.</param>
    /// <param name="arguments">Its arguments.</param>
    internal static JsonElement Run(string script, Blas? blas, params string[] arguments)
    {
        var output = Output(blas?.Folder, [Path.Combine(AppContext.BaseDirectory, script), .. arguments])
            ?? throw new InvalidOperationException($"{script} failed");
        var result = JsonSerializer.Deserialize<JsonElement>(output);
        if (blas is not null && !result.GetProperty("blas").GetString()!.StartsWith(blas.Folder.TrimEnd('/'), StringComparison.Ordinal))
            throw new InvalidOperationException($"{script} multiplied with {result.GetProperty("blas")}, not with that of {blas.Folder}");
        return result;
    }

    private static string? VersionOf(string module) =>
        File.Exists(Python) ? Output(null, ["-c", $"import {module}; print({module}.__version__)"])?.Trim() : null;

    private static string? Output(string? libraries, string[] arguments)
    {
        var start = new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OMP_NUM_THREADS"] = start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        if (libraries is not null)
            start.Environment["LD_LIBRARY_PATH"] = libraries;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            Console.Error.WriteLine(errors.Result);
        return process.ExitCode == 0 ? output : null;
    }
}
