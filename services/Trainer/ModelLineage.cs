using System.Text.Json.Nodes;
using DaprHep.Hosting;
using DaprHep.Learning.Training;

namespace DaprHep.Trainer;

/// <summary>What <c>model.json</c> says of where a model comes from.</summary>
internal static class ModelLineage
{
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
        lineage["software"] = SoftwareVersion.Current;
        return lineage;
    }
}
