using DaprHep.Learning.Models;
using DaprHep.Learning.Models.Torch;
using DaprHep.Learning.Training;
using TorchSharp;

namespace DaprHep.Learning.Inference;

/// <summary>
/// A network that libtorch computes, for large batches on a GPU: what it takes to get a few events there and back is far more than our own
/// kernels take for them. All scorers of a predictor share one network, which judges one block at a time.
/// </summary>
/// <param name="network">The network, on its device.</param>
/// <param name="readsFeatures">Whether it reads the features.</param>
internal sealed class TorchScorer(TorchClassifier network, bool readsFeatures) : EventScorer
{
    private int[] _offsets = [];
    private int[] _padding = [];
    private float[] _features = [];

    /// <summary>Puts a model's weights on a device.</summary>
    /// <param name="model">The model; may be disposed of afterwards.</param>
    /// <param name="device">The device.</param>
    /// <returns>Makes a scorer; all that it makes share the network.</returns>
    /// <exception cref="TrainingDeviceException">libtorch can't compute such a model.</exception>
    internal static Func<EventScorer> Of(Classifier model, torch.Device device)
    {
        if (model is not NeuralClassifier)
            throw new TrainingDeviceException($"device {device} can't judge events by '{model.Name}': it is no network; leave --device out");
        var own = ModelRegistry.CreateNetwork(model.Name, model.Features, model.Classes, seed: 0, model.Parameters);
        own.ImportWeights(model.ExportWeights());
        var (network, readsFeatures) = (new TorchClassifier(own, device, seed: 0), model.ReadsFeatures);
        return () => new TorchScorer(network, readsFeatures);
    }

    /// <inheritdoc/>
    internal override void Scores(PreparedEvents events, Span<float> scores)
    {
        var features = events.Count * network.Features;
        if (_features.Length < features)
            _features = new float[features];
        if (readsFeatures)
            events.Features.CopyTo(_features);
        var sequences = network.ReadsParticles ? SequencesOf(events) : null;
        lock (network)
            network.Logits(new EventInputs(_features.AsMemory(0, features), network.Features, sequences), scores);
    }

    private ParticleSequences SequencesOf(PreparedEvents events)
    {
        var count = events.Count;
        if (_padding.Length < count)
            (_offsets, _padding) = (new int[count + 1], new int[count]);
        for (var i = 0; i < count; i++)
        {
            var steps = events.Steps[i];
            _offsets[i + 1] = steps.First + steps.Rows;
            _padding[i] = steps.Times > 1 ? steps.Repeated : -1;
        }
        return new ParticleSequences(events.Particles, _offsets.AsMemory(0, count + 1), _padding.AsMemory(0, count));
    }
}
