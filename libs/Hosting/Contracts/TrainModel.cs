using System.Text.Json.Nodes;

namespace DaprHep.Hosting.Contracts;

/// <summary>Input of the job <c>train</c>.</summary>
public sealed record TrainModelInput(string Run, string Store, string Statistics, string Model, int Epochs, int Batch, int Seed)
{
    /// <summary>Hyper-parameters by name, of the model and of the training, e.g. what tuning found best; null for none. They go before
    /// <see cref="Epochs"/> and <see cref="Batch"/>.</summary>
    public JsonObject? Parameters { get; init; }
}

/// <summary>Output of the job <c>train</c>.</summary>
/// <param name="Model">Prefix of the model's objects.</param>
/// <param name="Events">Events seen, all epochs together.</param>
public sealed record TrainModelOutput(string Model, long Events);
