namespace DaprHep.Hosting.Contracts;

/// <summary>Input of activity <c>TrainModel</c>.</summary>
public sealed record TrainModelInput(string Run, string Store, string Statistics, string Model, int Epochs, int Batch, int Seed);

/// <summary>Output of activity <c>TrainModel</c>.</summary>
/// <param name="Model">Prefix of the model's objects.</param>
/// <param name="Events">Events seen, all epochs together.</param>
public sealed record TrainModelOutput(string Model, long Events);
