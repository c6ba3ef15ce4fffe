using DaprHep.Data.Events;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;
using DaprHep.Physics;

namespace DaprHep.Benchmarks.Serving;

/// <summary>Models of the sizes that the trainer makes, with weights that mean nothing.</summary>
internal static class BenchmarkModels
{
    /// <summary>The kinds, in the order of the table.</summary>
    public static readonly string[] Kinds = ["hlf", "trees", "sequence", "inclusive", "lstm"];

    /// <summary>Makes a model's files.</summary>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="seed">Decides the weights.</param>
    public static SavedModel Save(string kind, ulong seed = 1)
    {
        using Classifier model = kind == TreesModel.ModelName
            ? Trees(seed)
            : ModelRegistry.Create(kind, HlfColumns.Count, EventClasses.Names.Count, seed);
        return SavedModel.From(model, new ModelDescription
        {
            Model = kind,
            Features = [.. HlfColumns.Names.Select(name => new FeatureScaling(name, 0, 100))],
            Classes = EventClasses.Names,
            Physics = PhysicsProfile.Standard.Name(),
        });
    }

    // As many trees, and as deep, as training makes where nothing is said; on made-up events all are full.
    private static Classifier Trees(ulong seed)
    {
        const int Events = 4096;
        var random = new Random((int)seed);
        var features = new float[Events * HlfColumns.Count];
        var labels = new sbyte[Events];
        for (int i = 0; i < Events; i++)
        {
            labels[i] = (sbyte)random.Next(EventClasses.Names.Count);
            for (int f = 0; f < HlfColumns.Count; f++)
            {
                double own = f % EventClasses.Names.Count == labels[i] ? 0.3 * random.NextDouble() : 0;
                features[i * HlfColumns.Count + f] = (float)(0.7 * random.NextDouble() + own);
            }
        }
        var data = new LabelledEvents(features, labels, HlfColumns.Count);
        TrainingOptions options = ModelRegistry.UsualTrainingOf(TreesModel.ModelName) with { Seed = seed };
        return TrainingLoop.Run(new TrainingData(data, data.First(64)), EventClasses.Names.Count, options).Model;
    }
}
