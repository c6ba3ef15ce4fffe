using DaprHep.Hosting.Contracts;

namespace DaprHep.Topology;

/// <summary>Trains a model: a job in the trainer, from the last checkpoint again when a process is lost.</summary>
public sealed class TrainModel() : JobWorkflow<TrainModelInput, TrainModelOutput>(Apps.Trainer, "train");
