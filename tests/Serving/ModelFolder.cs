using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Inference;
using DaprHep.Learning.Models;

namespace DaprHep.Serving.Tests;

/// <summary>A model in a folder, as <c>daprhep run</c> leaves one in <c>OUT/model</c>.</summary>
internal sealed class ModelFolder : IDisposable
{
    private static readonly (RawEvents Events, sbyte[] Labels) Samples = RawEvents.OfSamples();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("serving-model-");

    public ModelFolder(string kind = "hlf")
    {
        using Classifier model = DaprHep.Inference.Tests.Models.Create(kind, Samples.Events, Samples.Labels);
        SavedModel saved = SavedModel.From(model, DaprHep.Inference.Tests.Models.Describe(kind, Samples.Events));
        Directory.CreateDirectory(Path);
        File.WriteAllBytes(System.IO.Path.Combine(Path, SavedModel.WeightsName), saved.Weights);
        File.WriteAllBytes(System.IO.Path.Combine(Path, SavedModel.DescriptionName), saved.Description);
        Predictor = Predictor.From(saved);
    }

    /// <summary>The selected events of the repository's samples.</summary>
    public static RawEvents Events => Samples.Events;

    public string Path => System.IO.Path.Combine(_folder.FullName, "model");

    /// <summary>The same model, for comparison.</summary>
    public Predictor Predictor { get; }

    public void Dispose() => _folder.Delete(recursive: true);
}
