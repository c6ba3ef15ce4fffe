using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Models;

namespace DaprHep.Benchmarks.Serving;

/// <summary>ONNX Runtime in Node.js and PyTorch in Python, as minimal programs.</summary>
internal static class Peers
{
    private const string Python = "/usr/bin/python3";

    private static readonly string Folder = Path.Combine(Repository.Root, "benchmarks", "serving", "peers");
    private static readonly Lazy<bool> Node = new(Installed);
    private static readonly Lazy<bool> Torch = new(() => File.Exists(Python) && Output(Python, ["-c", "import torch"]) is not null);

    /// <summary>Whether they are left out.</summary>
    public static bool AreLeftOut { get; set; }

    /// <summary>Whether Node.js is here; its packages are fetched when they are not.</summary>
    public static bool HasOnnxRuntime => !AreLeftOut && Node.Value;

    /// <summary>Whether PyTorch is here.</summary>
    public static bool HasTorch => !AreLeftOut && Torch.Value;

    /// <summary>Starts ONNX Runtime behind its server.</summary>
    public static Task<ServerProcess> StartOnnxRuntimeAsync(string folder) =>
        ServerProcess.StartAsync("node", [Path.Combine(Folder, "server.mjs"), Path.Combine(folder, SavedModel.OnnxName)]);

    /// <summary>Starts PyTorch behind its server.</summary>
    public static Task<ServerProcess> StartTorchAsync(string folder, string kind) =>
        ServerProcess.StartAsync(Python, [Path.Combine(Folder, "server.py"), folder, kind]);

    /// <summary>Events a second of processor time through ONNX Runtime alone; NaN where it is not here.</summary>
    /// <param name="folder">Where the model and the events are.</param>
    /// <param name="form">Whether it begins with raw events, or with prepared ones.</param>
    /// <param name="batch">Events at a time.</param>
    /// <param name="seconds">For how long.</param>
    public static double OnnxRuntimeRate(string folder, string form, int batch, double seconds) => !HasOnnxRuntime
        ? double.NaN
        : RateOf(Output(
            "node",
            [
                Path.Combine(Folder, "bulk.mjs"), Path.Combine(folder, SavedModel.OnnxName), folder, $"{batch}", $"{seconds}", form,
            ]));

    /// <summary>The same through PyTorch, from prepared events.</summary>
    public static double TorchRate(string folder, string kind, int batch, double seconds) => HasTorch && kind is "hlf" or "inclusive"
        ? RateOf(Output(Python, [Path.Combine(Folder, "bulk.py"), folder, kind, $"{batch}", $"{seconds}"]))
        : double.NaN;

    /// <summary>Writes a model where servers and peers find it: our files, and for PyTorch a file for each tensor.</summary>
    public static void Write(string folder, SavedModel model)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, SavedModel.WeightsName), model.Weights);
        File.WriteAllBytes(Path.Combine(folder, SavedModel.DescriptionName), model.Description);
        File.WriteAllBytes(Path.Combine(folder, SavedModel.OnnxName), model.Onnx!);
        foreach (NamedTensor tensor in SafetensorsReader.Read(model.Weights))
            File.WriteAllBytes(Path.Combine(folder, tensor.Name), MemoryMarshal.AsBytes<float>(tensor.Values));
    }

    private static double RateOf(string? output) =>
        output is null ? double.NaN : JsonDocument.Parse(output).RootElement.GetProperty("events_per_s").GetDouble();

    private static bool Installed()
    {
        if (Output("node", ["--version"]) is null)
            return false;
        // The package's own script would fetch a GPU's libraries.
        return Directory.Exists(Path.Combine(Folder, "node_modules", "onnxruntime-node"))
            || Output("npm", ["ci", "--prefix", Folder, "--ignore-scripts", "--no-audit", "--no-fund"]) is not null;
    }

    private static string? Output(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OMP_NUM_THREADS"] = start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode == 0)
                return output;
            Console.Error.WriteLine(errors.Result);
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
