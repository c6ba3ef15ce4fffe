using System.Globalization;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tests;

/// <summary>High-level features of the repository's own samples (1262 events in three classes), scaled to [0, 1].</summary>
internal static class HlfSamples
{
    internal const int FeatureCount = 14;

    internal static readonly string[] ClassNames = ["qcd", "ttbar", "wjets"];

    /// <summary>Every fourth event is for testing.</summary>
    internal static TrainingData Load()
    {
        List<float> train = [], test = [];
        List<sbyte> trainLabels = [], testLabels = [];
        for (sbyte label = 0; label < ClassNames.Length; label++)
        {
            foreach (var part in "ab")
            {
                var path = Path.Combine(Repository.Root, "tests/Physics/golden/standard", $"{ClassNames[label]}_{part}.hlf.csv");
                foreach (var line in File.ReadLines(path).Skip(1))
                {
                    var isTest = (trainLabels.Count + testLabels.Count) % 4 == 3;
                    var values = line.Split(',').Skip(1).Take(FeatureCount).Select(text => float.Parse(text, CultureInfo.InvariantCulture));
                    (isTest ? test : train).AddRange(values);
                    (isTest ? testLabels : trainLabels).Add(label);
                }
            }
        }

        float[] trained = [.. train], tested = [.. test];
        Scale(trained, tested);
        return new TrainingData(
            new LabelledEvents(trained, trainLabels.ToArray(), FeatureCount),
            new LabelledEvents(tested, testLabels.ToArray(), FeatureCount));
    }

    private static void Scale(float[] train, float[] test)
    {
        for (var feature = 0; feature < FeatureCount; feature++)
        {
            float min = float.MaxValue, max = float.MinValue;
            for (var i = feature; i < train.Length; i += FeatureCount)
                (min, max) = (Math.Min(min, train[i]), Math.Max(max, train[i]));
            foreach (var values in new[] { train, test })
            {
                for (var i = feature; i < values.Length; i += FeatureCount)
                    values[i] = max > min ? (values[i] - min) / (max - min) : 0;
            }
        }
    }
}
