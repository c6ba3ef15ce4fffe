using System.Collections.Concurrent;
using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Models;
using DaprHep.Learning.Models.Torch;
using DaprHep.Learning.Training;
using DaprHep.Physics;
using TorchSharp;

namespace DaprHep.Learning.Inference;

/// <summary>
/// A stored model ready to judge events: raw features and particles in, probabilities out, prepared by the code that training uses. Never
/// changes, and any number of threads may use it at once; each call rents working memory that later calls use again. An event's
/// probabilities do not depend on the events that it comes with.
/// </summary>
public sealed class Predictor
{
    private readonly ConcurrentQueue<PredictionLane> _lanes = [];
    private readonly Func<EventScorer> _scorers;
    private readonly PhysicsProfile _profile;

    private Predictor(SavedModel files, Func<Classifier, Func<EventScorer>> scorersOf)
    {
        var (model, description) = files.Load();
        using (model)
        {
            Description = description;
            ReadsHlf = model.ReadsFeatures;
            ReadsParticles = model.ReadsParticles;
            Scaling = ScalingOf(description);
            _profile = ProfileOf(description, ReadsParticles);
            description.Reference?.Check(description, ReadsHlf, ReadsParticles);
            _scorers = scorersOf(model);
        }
    }

    /// <summary>What <c>model.json</c> says: kind, classes, physics profile, features with their scaling, metrics, lineage.</summary>
    public ModelDescription Description { get; }

    /// <summary>Whether it reads the high-level features.</summary>
    public bool ReadsHlf { get; }

    /// <summary>Whether it reads the particles.</summary>
    public bool ReadsParticles { get; }

    /// <summary>How many high-level features an event has.</summary>
    public int Features => Description.Features.Count;

    /// <summary>How many classes it tells apart.</summary>
    public int Classes => Description.Classes.Count;

    /// <summary>The features' ranges in the training events.</summary>
    internal MinMaxScaling Scaling { get; }

    /// <summary>Loads a model from a folder or from a prefix of an object store.</summary>
    /// <param name="location">Path or URL, for instance <c>out/model</c>.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <inheritdoc cref="LoadAsync(ObjectStore, string, CancellationToken)"/>
    public static Task<Predictor> LoadAsync(string location, CancellationToken cancellation = default)
    {
        var (store, prefix) = ObjectStore.OpenAt(location);
        return LoadAsync(store, prefix, cancellation);
    }

    /// <summary>Loads a model from an object store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="prefix">The prefix of its <c>model.json</c> and <c>model.safetensors</c>, for instance <c>models/3f…</c>.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="ObjectStoreException">A file is missing or can't be read.</exception>
    /// <exception cref="ModelDigestException">The weights have no digest or another one than the description says.</exception>
    /// <exception cref="ModelFormatException">A file is malformed, or the two do not fit.</exception>
    /// <exception cref="UnknownModelException">This version has no such model.</exception>
    public static async Task<Predictor> LoadAsync(ObjectStore store, string prefix, CancellationToken cancellation = default) =>
        From(await ModelFiles.ReadAsync(store, prefix, cancellation).ConfigureAwait(false), TrainingDevice.Cpu);

    /// <summary>Loads a model for large batches on a device.</summary>
    /// <param name="store">The store.</param>
    /// <param name="prefix">The prefix of its files.</param>
    /// <param name="device">What computes: our own kernels on the CPU, or libtorch on a GPU.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="TrainingDeviceException">The device is not there, or can't compute such a model.</exception>
    /// <inheritdoc cref="LoadAsync(ObjectStore, string, CancellationToken)"/>
    public static async Task<Predictor> LoadAsync(
        ObjectStore store, string prefix, TrainingDevice device, CancellationToken cancellation = default) =>
        From(await ModelFiles.ReadAsync(store, prefix, cancellation).ConfigureAwait(false), device);

    /// <summary>Makes a predictor of a model in memory.</summary>
    /// <param name="files">Its files.</param>
    /// <exception cref="ModelDigestException">The weights have no digest or another one than the description says.</exception>
    /// <exception cref="ModelFormatException">A file is malformed, or the two do not fit.</exception>
    /// <exception cref="UnknownModelException">This version has no such model.</exception>
    public static Predictor From(SavedModel files)
    {
        ModelFiles.CheckDigest(files, "the model");
        return From(files, TrainingDevice.Cpu);
    }

    /// <summary>Makes a predictor that libtorch computes for, on the CPU too.</summary>
    internal static Predictor ByLibTorch(SavedModel files, torch.Device device) => new(files, model => TorchScorer.Of(model, device));

    /// <summary>Computes the probabilities of events.</summary>
    /// <param name="hlf">High-level features as physics computes them, [events, <see cref="Features"/>]; may be empty where
    /// <see cref="ReadsHlf"/> is false.</param>
    /// <param name="particles">Particle rows as physics computes them, the lepton first, [rows, 19]; may be empty where
    /// <see cref="ReadsParticles"/> is false.</param>
    /// <param name="offsets">Event i has the rows <c>offsets[i]..offsets[i+1]</c>, [events + 1]; may be empty where
    /// <see cref="ReadsParticles"/> is false.</param>
    /// <param name="probabilities">Receives the probabilities, [events, <see cref="Classes"/>], each row adding up to 1.</param>
    /// <exception cref="ArgumentException">The lengths are not those of one number of events.</exception>
    /// <exception cref="PredictionInputException">An event can't be predicted; nothing was written.</exception>
    public void Predict(
        ReadOnlySpan<float> hlf, ReadOnlySpan<float> particles, ReadOnlySpan<int> offsets, Span<float> probabilities)
    {
        var events = EventsOf(hlf, particles, offsets, probabilities.Length);
        if (events == 0)
            return;
        if (ReadsHlf)
            InputCheck.Features(hlf, Features);
        if (ReadsParticles)
            InputCheck.Particles(particles, offsets);

        if (!_lanes.TryDequeue(out var lane))
            lane = new PredictionLane(new PreparedEvents(Scaling, _profile), _scorers(), Features, Classes);
        lane.Predict(ReadsHlf ? hlf : default, particles, ReadsParticles ? offsets : default, probabilities);
        _lanes.Enqueue(lane);
    }

    private static Predictor From(SavedModel files, TrainingDevice device) => device == TrainingDevice.Cuda
        ? ByLibTorch(files, CudaDevice.Of(rank: 0))
        : new Predictor(files, model => model.Scorers());

    /// <summary>A feature's value in the middle of the training events; where that is not known, in the middle of its range.</summary>
    /// <param name="feature">Which one.</param>
    internal float UsualValue(int feature)
    {
        var scaled = Description.Reference?.Features[feature].Median(least: 0) ?? 0.5f;
        var (_, min, max) = Description.Features[feature];
        return (float)(min + scaled * (max - min));
    }

    private int EventsOf(ReadOnlySpan<float> hlf, ReadOnlySpan<float> particles, ReadOnlySpan<int> offsets, int probabilities)
    {
        var (events, rest) = Math.DivRem(probabilities, Classes);
        if (rest != 0)
            throw new ArgumentException($"{probabilities} probabilities are not those of whole events of {Classes} classes");
        if (ReadsHlf && hlf.Length != (long)events * Features)
            throw new ArgumentException($"{hlf.Length} high-level features are not those of {events} events with {Features} each");
        if (ReadsParticles && offsets.Length != events + 1)
            throw new ArgumentException($"{offsets.Length} offsets are not those of {events} events: there must be one more than events");
        if (ReadsParticles && particles.Length % ParticleColumns.Count != 0)
            throw new ArgumentException($"{particles.Length} particle values are no whole rows of {ParticleColumns.Count}");
        return events;
    }

    private static MinMaxScaling ScalingOf(ModelDescription description)
    {
        try
        {
            return new MinMaxScaling(
                [.. description.Features.Select(feature => feature.Min)], [.. description.Features.Select(feature => feature.Max)]);
        }
        catch (ArgumentException e)
        {
            throw new ModelFormatException($"{SavedModel.DescriptionName}: {e.Message}", e);
        }
    }

    private static PhysicsProfile ProfileOf(ModelDescription description, bool readsParticles)
    {
        if (description.Physics is not { } physics)
        {
            return !readsParticles ? PhysicsProfile.Standard : throw new ModelFormatException(
                $"{SavedModel.DescriptionName} does not say with which physics particles are to be prepared");
        }
        try
        {
            return PhysicsProfiles.Parse(physics);
        }
        catch (ArgumentException e)
        {
            throw new ModelFormatException($"{SavedModel.DescriptionName}: {e.Message}", e);
        }
    }
}
