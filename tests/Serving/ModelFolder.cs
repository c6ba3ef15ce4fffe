using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Inference;
using DaprHep.Learning.Inference.Drift;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;
using DaprHep.Physics;
using static DaprHep.Inference.Tests.Models;

namespace DaprHep.Serving.Tests;

/// <summary>A model in a folder, as <c>daprhep run</c> leaves one in <c>OUT/model</c>.</summary>
internal sealed class ModelFolder : IDisposable
{
    private static readonly (RawEvents Events, sbyte[] Labels) Samples = RawEvents.OfSamples();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("serving-model-");

    /// <param name="kind">The kind of model.</param>
    /// <param name="reference">Whether the model says what its training events, all of the samples, looked like.</param>
    public ModelFolder(string kind = "hlf", bool reference = false)
    {
        using Classifier model = Create(kind, Samples.Events, Samples.Labels);
        Write(SavedModel.From(model, Describe(kind, Samples.Events) with { Reference = reference ? Measure(model) : null }));
    }

    /// <param name="saved">The model.</param>
    public ModelFolder(SavedModel saved) => Write(saved);

    /// <summary>The selected events of the repository's samples.</summary>
    public static RawEvents Events => Samples.Events;

    public string Path => System.IO.Path.Combine(_folder.FullName, "model");

    /// <summary>The same model, for comparison.</summary>
    public Predictor Predictor { get; private set; } = null!;

    public void Dispose() => _folder.Delete(recursive: true);

    private static DriftReference Measure(Classifier model)
    {
        EventInputs all = Prepare(Samples.Events, PhysicsProfile.Standard);
        var events = new LabelledEvents(all.Features, Samples.Labels, HlfColumns.Count, model.ReadsParticles ? all.Particles : null);
        return DriftReference.Measure(model, new TrainingData(events, events), HlfColumns.Names, Classes)!;
    }

    private void Write(SavedModel saved)
    {
        Directory.CreateDirectory(Path);
        File.WriteAllBytes(System.IO.Path.Combine(Path, SavedModel.WeightsName), saved.Weights);
        File.WriteAllBytes(System.IO.Path.Combine(Path, SavedModel.DescriptionName), saved.Description);
        Predictor = Predictor.From(saved);
    }
}
