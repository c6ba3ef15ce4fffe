using DaprHep.Learning.Inference;
using DaprHep.Learning.Inference.Drift;
using DaprHep.Serving.Catalogue;

namespace DaprHep.Serving.Models;

/// <summary>A version that can answer.</summary>
/// <param name="version">Which.</param>
/// <param name="predictor">Its network or trees; any number of threads use it.</param>
internal sealed class LoadedVersion(ModelVersion version, Predictor predictor)
{
    private long _events;

    /// <summary>Which.</summary>
    public ModelVersion Version => version;

    /// <summary>Its network or trees.</summary>
    public Predictor Predictor => predictor;

    /// <summary>Computes the events of requests that come together in one batch.</summary>
    public BatchQueue Batches { get; } = new(predictor, Environment.ProcessorCount);

    /// <summary>Compares the last events with those of its training; null where the model does not say what those were like.</summary>
    public DriftMonitor? Drift { get; } = predictor.Description.Reference is null ? null : new DriftMonitor(predictor);

    /// <summary>Events that it has answered.</summary>
    public long Events => Interlocked.Read(ref _events);

    /// <summary>Compares events that it has judged with those of its training.</summary>
    public void Observe(ReadOnlySpan<float> hlf, ReadOnlySpan<int> offsets, ReadOnlySpan<float> probabilities) =>
        Drift?.Observe(hlf, offsets, probabilities);

    /// <summary>Counts events that it has answered.</summary>
    public void Count(int events) => Interlocked.Add(ref _events, events);
}

/// <summary>A served model as this process has it in memory. Never changes; a change of the catalogue makes a new one.</summary>
/// <param name="Model">What the catalogue says.</param>
/// <param name="Serving">The version that answers; null where it can't be loaded.</param>
/// <param name="Canary">The version that answers for some events.</param>
/// <param name="Shadow">The version whose answers are only compared.</param>
/// <param name="Problem">Why a version can't be loaded; null where all can.</param>
internal sealed record LoadedModel(
    ServedModel Model, LoadedVersion? Serving, LoadedVersion? Canary, LoadedVersion? Shadow, string? Problem);
