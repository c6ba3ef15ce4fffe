using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Models;
using DaprHep.Physics;

namespace DaprHep.Cli.Commands;

/// <summary>
/// <c>daprhep models convert</c>: weights that were trained elsewhere, and the ranges of the features that they were trained with, to a model
/// that can be served. The weights published for arXiv:1909.10389 become one this way.
/// </summary>
internal static class ConvertModelCommand
{
    private const long MostBytes = 1 << 30;

    public static Command Create()
    {
        var weights = new Argument<string>("WEIGHTS")
        {
            Description = "Safetensors file with the tensors of the model by their PyTorch names (gru.weight_ih_l0, …), float32.",
        };
        var ranges = new Option<string>("--ranges")
        {
            Description = "JSON file {\"names\":[…],\"min\":[…],\"max\":[…]}: the features' ranges in training, by which they are scaled.",
            Required = true,
            HelpName = "FILE",
        };
        var output = new Option<string>("--out")
        {
            Description = "Folder that gets model.safetensors, model.onnx and model.json.", Required = true, HelpName = "FOLDER",
        };
        var model = new Option<string>("--model")
        {
            Description = $"Kind of model: {string.Join(", ", ModelRegistry.Names)}.", HelpName = "KIND", DefaultValueFactory = _ => "inclusive",
        };
        var physics = new Option<string>("--physics")
        {
            Description = "Physics of its events: cern2019 or standard.", DefaultValueFactory = _ => PhysicsProfile.Cern2019.Name(),
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of a line." };
        physics.AcceptOnlyFromAmong(PhysicsProfile.Cern2019.Name(), PhysicsProfile.Standard.Name());
        var command = new Command("convert", "Make a model that can be served from weights that were trained elsewhere.")
        {
            weights, ranges, output, model, physics, json,
        };
        command.SetAction((parsed, cancellation) => Failure.Guard(() => RunAsync(
            parsed.GetValue(weights)!, parsed.GetValue(ranges)!, parsed.GetValue(output)!, parsed.GetValue(model)!,
            parsed.GetValue(physics)!, parsed.GetValue(json), cancellation)));
        return command;
    }

    private static async Task RunAsync(
        string weights, string ranges, string output, string kind, string physics, bool json, CancellationToken cancellation)
    {
        byte[] values = await ReadAsync(weights, cancellation), scaling = await ReadAsync(ranges, cancellation);
        using Classifier model = ModelRegistry.Create(kind, HlfColumns.Count, EventClasses.Names.Count, seed: 0);
        try
        {
            model.ImportWeights(SafetensorsReader.Read(values));
        }
        catch (ModelFormatException e)
        {
            throw new BadInputException($"{weights}: {e.Message}", e);
        }
        var saved = SavedModel.From(model, new ModelDescription
        {
            Model = kind,
            Features = RangesIn(scaling, ranges),
            Classes = EventClasses.Names,
            Physics = physics,
            Lineage = new JsonObject
            {
                ["converted_from"] = new JsonObject { ["weights_sha256"] = DigestOf(values), ["ranges_sha256"] = DigestOf(scaling) },
                ["software"] = SoftwareVersion.Current,
            },
        });
        ObjectStore folder = ObjectStore.Open(output);
        await folder.WriteAsync(SavedModel.WeightsName, saved.Weights, cancellation);
        await folder.WriteAsync(SavedModel.OnnxName, saved.Onnx!, cancellation);
        await folder.WriteAsync(SavedModel.DescriptionName, saved.Description, cancellation);
        if (json)
        {
            var made = new JsonObject { ["out"] = Path.GetFullPath(output), ["model"] = kind, ["physics"] = physics };
            Console.Out.WriteLine(made.ToJsonString());
            return;
        }
        Console.Out.WriteLine($"{output}: {kind} with {physics} physics; serve it with ./daprhep serve {output}");
    }

    private static async Task<byte[]> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MostBytes and var length })
                throw new BadInputException($"{path}: has {length} bytes; expected at most {MostBytes}");
            return await File.ReadAllBytesAsync(path, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: can't be read: {e.Message}", e);
        }
    }

    private static FeatureScaling[] RangesIn(byte[] json, string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement names = ListIn("names"), least = ListIn("min"), most = ListIn("max");
            var ranges = new FeatureScaling[HlfColumns.Count];
            for (int k = 0; k < ranges.Length; k++)
            {
                if (names[k].GetString() != HlfColumns.Names[k])
                    throw new BadInputException($"{path}: $.names[{k}] is '{names[k]}'; expected {HlfColumns.Names[k]}");
                ranges[k] = new FeatureScaling(HlfColumns.Names[k], least[k].GetDouble(), most[k].GetDouble());
                if (!(ranges[k].Min <= ranges[k].Max && double.IsFinite(ranges[k].Max - ranges[k].Min)))
                    throw new BadInputException($"{path}: the range of {HlfColumns.Names[k]} is {ranges[k].Min} to {ranges[k].Max}");
            }
            return ranges;

            JsonElement ListIn(string name) => document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty(name, out JsonElement list)
                && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() == HlfColumns.Count
                    ? list
                    : throw new BadInputException($"{path}: $.{name} is no list of {HlfColumns.Count}, one for each feature");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new BadInputException($"{path}: is no JSON of ranges: {e.Message}", e);
        }
    }

    private static string DigestOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
