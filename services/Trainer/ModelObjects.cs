using System.Globalization;
using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.News;
using DaprHep.Hosting.Telemetry;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Trainer;

/// <summary>A model's objects in the store; <c>model.json</c> is written last and commits the model.</summary>
internal static class ModelObjects
{
    private const int StepVersion = 5;
    private const string History = "training.json";

    /// <summary>The prefix of the model that the input asks for.</summary>
    /// <exception cref="UnknownModelException">There is no model of that name.</exception>
    /// <exception cref="HyperParameterException">The input's hyper-parameters are not such.</exception>
    public static string NameOf(TrainModelInput input)
    {
        var parameters = new Dictionary<string, string>
        {
            ["model"] = input.Model,
            ["epochs"] = ModelTraining.EpochsOf(input.Model, input.Epochs).ToString(CultureInfo.InvariantCulture),
            ["batch"] = input.Batch.ToString(CultureInfo.InvariantCulture),
            ["seed"] = input.Seed.ToString(CultureInfo.InvariantCulture),
        };
        // What is usual anyway names no other model, and what tuning has found says all that it has searched.
        HyperParameters unusual = TrainingParameters.Unusual(input.Model, HyperParameters.From(input.Training?.Parameters));
        if (unusual.With(HyperParameters.From(input.Parameters)) is { Count: > 0 } given)
            parameters["parameters"] = given.ToString();
        // A GPU rounds otherwise.
        if (input.Training is { Device: TrainingRequest.Cuda } training)
            parameters["device"] = training.MixedPrecision ? "cuda, mixed precision" : "cuda";
        // Sums of several processes round otherwise, and each draws its own dropout.
        if (input.Ranks > 1)
            parameters["ranks"] = input.Ranks.ToString(CultureInfo.InvariantCulture);
        return ContentName.Of("models", StepVersion, parameters, [input.Statistics]);
    }

    public static Task<bool> ExistsAsync(ObjectStore store, string name, CancellationToken cancellation) =>
        store.ExistsAsync($"{name}/{SavedModel.DescriptionName}", cancellation);

    public static async Task WriteAsync(ObjectStore store, string name, SavedModel model, TrainingHistory history, CancellationToken cancellation)
    {
        await store.WriteAsync($"{name}/{SavedModel.WeightsName}", model.Weights, cancellation);
        await store.WriteAsync($"{name}/{SavedModel.OnnxName}", model.Onnx!, cancellation);
        await store.WriteJsonAsync($"{name}/{History}", history, TrainerJson.Default.TrainingHistory, cancellation);
        await store.WriteAsync($"{name}/{SavedModel.DescriptionName}", model.Description, cancellation);
        Wrote(model.Weights.Length + model.Description.Length);
    }

    /// <summary>Commits a model that another process has written elsewhere in the store.</summary>
    public static async Task CopyAsync(ObjectStore store, string from, string to, CancellationToken cancellation)
    {
        long bytes = 0;
        foreach (string name in (string[])[SavedModel.WeightsName, SavedModel.OnnxName, History, SavedModel.DescriptionName])
        {
            using ObjectContent content = await store.ReadAsync($"{from}/{name}", cancellation);
            await store.WriteAsync($"{to}/{name}", content.Memory, cancellation);
            bytes += name is SavedModel.WeightsName or SavedModel.DescriptionName ? content.Memory.Length : 0;
        }
        Wrote(bytes);
    }

    /// <summary>Takes away what <see cref="WriteAsync"/> wrote, <c>model.json</c> first.</summary>
    public static async Task DeleteAsync(ObjectStore store, string name, CancellationToken cancellation)
    {
        foreach (string file in (string[])[SavedModel.DescriptionName, History, SavedModel.OnnxName, SavedModel.WeightsName])
            await store.DeleteAsync($"{name}/{file}", cancellation);
    }

    public static async Task<SavedModel> ReadAsync(ObjectStore store, string name, CancellationToken cancellation)
    {
        using ObjectContent weights = await store.ReadAsync($"{name}/{SavedModel.WeightsName}", cancellation);
        using ObjectContent description = await store.ReadAsync($"{name}/{SavedModel.DescriptionName}", cancellation);
        return new SavedModel(weights.Memory.ToArray(), description.Memory.ToArray());
    }

    public static Task<TrainingHistory> ReadHistoryAsync(ObjectStore store, string name, CancellationToken cancellation) =>
        store.ReadJsonAsync($"{name}/{History}", TrainerJson.Default.TrainingHistory, cancellation);

    /// <summary>The history of a model, or null where only the model itself was copied.</summary>
    public static async Task<TrainingHistory?> FindHistoryAsync(ObjectStore store, string name, CancellationToken cancellation) =>
        await store.ExistsAsync($"{name}/{History}", cancellation) ? await ReadHistoryAsync(store, name, cancellation) : null;

    private static void Wrote(long bytes)
    {
        Measures.StepWrote(Steps.Train, bytes);
        WorkMeter.Current?.Wrote(bytes);
    }
}
