using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tests.Onnx;

/// <summary>ONNX Runtime in Node.js (the npm package onnxruntime-node), which comes with its library for CPUs.</summary>
internal static class OnnxRuntime
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests/Learning/Onnx/js");
    private static readonly Lock Installing = new();

    /// <summary>What the runtime makes of events.</summary>
    /// <param name="model">The content of <c>model.onnx</c>.</param>
    /// <param name="features">Unscaled features, [events, features]; null for a model that reads none.</param>
    /// <param name="featureCount">How many features an event has.</param>
    /// <param name="particles">The particles, for a model that reads them.</param>
    /// <param name="filling">What stands behind an event's last particle.</param>
    /// <returns>The probabilities, [events, classes].</returns>
    internal static float[] Predict(
        byte[] model, float[]? features, int featureCount, ParticleSequences? particles = null, float filling = float.NaN)
    {
        Install();
        var inputs = new JsonObject();
        if (features is not null)
            inputs["features"] = Tensor<float>("float32", features, features.Length / featureCount, featureCount);
        if (particles is not null)
            AddParticles(inputs, particles, filling);
        var folder = Directory.CreateTempSubdirectory("daprhep-onnx-").FullName;
        try
        {
            var (modelFile, inputFile) = (Path.Combine(folder, "model.onnx"), Path.Combine(folder, "inputs.json"));
            File.WriteAllBytes(modelFile, model);
            File.WriteAllText(inputFile, inputs.ToJsonString());
            var result = JsonNode.Parse(Run("node", "predict.mjs", modelFile, inputFile))!;
            result["inputs"]!.AsArray().Select(name => (string)name!).ShouldBe(inputs.Select(input => input.Key), ignoreOrder: true);
            return [.. result["values"]!.AsArray().Select(value => (float)(double)value!)];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void AddParticles(JsonObject inputs, ParticleSequences particles, float filling)
    {
        var steps = Enumerable.Range(0, particles.Count).Select(particles.StepsOf).ToArray();
        var longest = Math.Max(1, steps.Max(s => s.Count));
        const int Columns = ParticleSequences.Columns;
        var padded = new float[particles.Count * longest * Columns];
        padded.AsSpan().Fill(filling);
        for (var i = 0; i < steps.Length; i++)
        {
            for (var step = 0; step < steps[i].Count; step++)
            {
                particles.Values.Span.Slice(steps[i].RowAt(step) * Columns, Columns)
                    .CopyTo(padded.AsSpan((i * longest + step) * Columns));
            }
        }

        inputs["particles"] = Tensor<float>("float32", padded, particles.Count, longest, Columns);
        inputs["lengths"] = Tensor<int>("int32", [.. steps.Select(s => s.Count)], particles.Count);
    }

    private static JsonObject Tensor<T>(string type, ReadOnlySpan<T> values, params int[] shape) where T : struct => new()
    {
        ["type"] = type,
        ["dims"] = new JsonArray([.. shape.Select(size => (JsonNode)size)]),
        ["data"] = Convert.ToBase64String(MemoryMarshal.AsBytes(values)),
    };

    private static void Install()
    {
        lock (Installing)
        {
            // The package's own script would fetch a GPU's libraries.
            if (!Directory.Exists(Path.Combine(Folder, "node_modules", "onnxruntime-node")))
                Run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)} failed:\n{errors.Result}");
            return output;
        }
        catch (Win32Exception error)
        {
            throw new InvalidOperationException(
                $"This test runs models in ONNX Runtime: it needs {program} on PATH; install nodejs (18 or later) and npm", error);
        }
    }
}
