using System.Text.Json;
using DaprHep.Hosting.Contracts;

namespace DaprHep.Topology;

/// <summary>Trains a trial of a search up to a rung: a job in the trainer. Its output is passed on as it is.</summary>
public sealed class TrainTrial() : JobWorkflow<TrainTrialInput, JsonElement>(Apps.Trainer, "trial");
