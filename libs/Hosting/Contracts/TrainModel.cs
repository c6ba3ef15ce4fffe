using System.Text.Json.Nodes;

namespace DaprHep.Hosting.Contracts;

/// <summary>Input of the job <c>train</c>.</summary>
/// <param name="Run">Name of the run.</param>
/// <param name="Store">URL of the object store.</param>
/// <param name="Statistics">Key of the statistics object.</param>
/// <param name="Model">Name of the model.</param>
/// <param name="Epochs">Passes over the training data; null for as many as the model usually needs.</param>
/// <param name="Batch">Events a gradient step.</param>
/// <param name="Seed">Seed of the training.</param>
public sealed record TrainModelInput(string Run, string Store, string Statistics, string Model, int? Epochs, int Batch, int Seed)
{
    /// <summary>Processes that train together.</summary>
    public int Ranks { get; init; } = 1;

    /// <summary>How it is trained beyond that; null for as it usually is.</summary>
    public TrainingRequest? Training { get; init; }

    /// <summary>Hyper-parameters by name, of the model and of the training, that tuning found best; null for none. They go before all
    /// others.</summary>
    public JsonObject? Parameters { get; init; }
}

/// <summary>Output of the job <c>train</c>.</summary>
/// <param name="Model">Prefix of the model's objects.</param>
/// <param name="Events">Events seen, all epochs together.</param>
public sealed record TrainModelOutput(string Model, long Events);
