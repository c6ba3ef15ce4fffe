using DaprHep.Data.Datasets;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Inference;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;
using DaprHep.Physics;

namespace DaprHep.Inference.Tests;

/// <summary>Models to predict with, and what training's own code makes of raw events.</summary>
internal static class Models
{
    public static readonly string[] Classes = ["qcd", "ttbar", "wjets"];

    public static TheoryData<string> Kinds => [.. ModelRegistry.Names];

    /// <summary>A description with the scaling that fits events.</summary>
    public static ModelDescription Describe(string kind, RawEvents events, string physics = "standard")
    {
        MinMaxScaling scaling = Scaling(events);
        return new ModelDescription
        {
            Model = kind,
            Features = [.. HlfColumns.Names.Select((name, k) => new FeatureScaling(name, scaling.Minimum[k], scaling.Maximum[k]))],
            Classes = Classes,
            Physics = physics,
        };
    }

    /// <summary>A network with random weights, or trees that have learnt a little.</summary>
    public static Classifier Create(string kind, RawEvents events, sbyte[] labels)
    {
        if (kind != "trees")
            return ModelRegistry.Create(kind, HlfColumns.Count, Classes.Length, seed: 5);
        var data = new LabelledEvents(Prepare(events, PhysicsProfile.Standard).Features, labels, HlfColumns.Count);
        return TrainingLoop.Run(new TrainingData(data, data), Classes.Length, new TrainingOptions { Model = kind, Epochs = 5 }).Model;
    }

    public static Predictor PredictorOf(Classifier model, RawEvents events, string physics = "standard") =>
        Predictor.From(SavedModel.From(model, Describe(model.Name, events, physics)));

    /// <summary>Probabilities by a predictor.</summary>
    public static float[] Predict(Predictor predictor, RawEvents events)
    {
        var probabilities = new float[events.Count * predictor.Classes];
        predictor.Predict(events.Hlf, events.Particles, events.Offsets, probabilities);
        return probabilities;
    }

    /// <summary>Events as the feature stage hands them to the trainer, scaled by the ranges of all of them.</summary>
    public static EventInputs Prepare(RawEvents events, PhysicsProfile profile, MinMaxScaling? scaling = null)
    {
        var features = new float[events.Hlf.Length];
        (scaling ?? Scaling(events)).Apply(events.Hlf, features);
        var offsets = new int[events.Count + 1];
        var padding = new int[events.Count];
        for (int i = 0; i < events.Count; i++)
            offsets[i + 1] = offsets[i] + ParticleSequence.Rows(profile, events.Offsets[i + 1] - events.Offsets[i]);
        var particles = new float[offsets[^1] * ParticleColumns.Count];
        for (int i = 0; i < events.Count; i++)
        {
            padding[i] = ParticleSequence.Write(
                profile,
                events.Particles.AsSpan()[(events.Offsets[i] * ParticleColumns.Count)..(events.Offsets[i + 1] * ParticleColumns.Count)],
                particles.AsSpan(offsets[i] * ParticleColumns.Count));
        }
        return new EventInputs(features, HlfColumns.Count, new ParticleSequences(particles, offsets, padding));
    }

    private static MinMaxScaling Scaling(RawEvents events)
    {
        var scaling = new MinMaxScaling(HlfColumns.Count);
        scaling.Include(events.Hlf);
        return scaling;
    }
}
