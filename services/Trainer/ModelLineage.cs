using System.Text.Json.Nodes;
using DaprHep.Hosting;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Trainer;

/// <summary>What <c>model.json</c> says of where a model comes from.</summary>
internal static class ModelLineage
{
    private const string Software = "software";

    /// <summary>The lineage of a model.</summary>
    /// <param name="options">How it was trained.</param>
    /// <param name="statistics">Key of the statistics of its training events.</param>
    /// <param name="plan">Prefix of their plan.</param>
    /// <param name="ranks">Processes that trained it together.</param>
    public static JsonObject Of(TrainingOptions options, string statistics, string plan, int ranks)
    {
        var lineage = new JsonObject { ["statistics"] = statistics, ["plan"] = plan };
        foreach ((string name, JsonNode? value) in TrainingParameters.ValuesOf(options).ToJson())
            lineage[name] = value?.DeepClone();
        lineage["seed"] = options.Seed;
        lineage["ranks"] = ranks;
        if (options.Device != TrainingDevice.Cpu)
            lineage["device"] = options.MixedPrecision ? "cuda, mixed precision" : "cuda";
        lineage[Software] = SoftwareVersion.Current;
        return lineage;
    }

    /// <summary>The first thing in which a model is not what a training would make, as part of a sentence; null if none.</summary>
    /// <param name="found">What the model says of itself.</param>
    /// <param name="asked">What the training would say of its own.</param>
    /// <param name="parameters">The hyper-parameters of the model that are asked for.</param>
    /// <exception cref="UnknownModelException">There is no model of that name.</exception>
    public static string? Difference(ModelDescription found, ModelDescription asked, HyperParameters parameters)
    {
        if (found.Model != asked.Model)
            return $"has model {found.Model}, not {asked.Model}";
        foreach (HyperParameter parameter in ModelRegistry.ParametersOf(asked.Model))
        {
            HyperParameterValue its = found.Parameters[parameter.Name] ?? parameter.Default;
            HyperParameterValue value = parameters[parameter.Name] ?? parameter.Default;
            if (!its.Equals(value))
                return $"has {parameter.Name} {its}, not {value}";
        }
        JsonObject lineage = found.Lineage ?? [];
        foreach (string name in asked.Lineage!.Concat(lineage).Select(entry => entry.Key).Distinct().Where(name => name != Software))
        {
            // As JSON has it: what was read and what was computed are the same number in different types.
            JsonNode? its = AsRead(lineage[name]), own = AsRead(asked.Lineage![name]);
            if (!JsonNode.DeepEquals(its, own))
                return $"has {name.Replace('_', ' ')} {its?.ToJsonString() ?? "none"}, not {own?.ToJsonString() ?? "none"}";
        }
        return null;

        static JsonNode? AsRead(JsonNode? node) => JsonNode.Parse(node?.ToJsonString() ?? "null");
    }
}
