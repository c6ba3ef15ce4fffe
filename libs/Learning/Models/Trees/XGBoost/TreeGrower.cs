using System.Globalization;
using DaprHep.Learning.Training;
using static DaprHep.Learning.Models.Trees.XGBoost.XGBoostLibrary;

namespace DaprHep.Learning.Models.Trees.XGBoost;

/// <summary>
/// Grows trees on events with libxgboost. Every round is a booster of its own that starts from the scores so far as its base margin and
/// draws from a seed of its own. So nothing but the trees has to be kept to go on later exactly as if there had been no break; XGBoost's
/// own boosters do not keep the state of their random numbers. Without sampling the trees are those of one long-lived booster, bit by bit.
/// </summary>
internal sealed class TreeGrower : IDisposable
{
    private const int EventsOfAThread = 50_000, MostThreads = 4;

    private readonly MatrixHandle _matrix;
    private readonly (string Name, string Value)[] _settings;
    private readonly int _features;
    private readonly int _classes;

    /// <summary>Copies the events into XGBoost's own form.</summary>
    /// <param name="events">Events with finite features and labels in [0, <paramref name="classes"/>).</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="classWeights">How much an event of each class counts; empty where all count the same.</param>
    /// <param name="parameters">A value for each of <see cref="TreesModel.Parameters"/>.</param>
    /// <exception cref="XGBoostException">libxgboost is missing, or refused the events.</exception>
    internal unsafe TreeGrower(
        LabelledEvents events, int classes, ReadOnlySpan<float> classWeights, HyperParameters parameters)
    {
        _features = events.FeatureCount;
        _classes = classes;
        // XGBoost adds up what its threads found, so that their number is in the last bits: the events decide it, on every machine. Threads
        // that have little to do would wait for one another, in OpenMP by spinning.
        var threads = Math.Clamp(events.Count / EventsOfAThread, 1, MostThreads);
        _settings = Settings(classes, parameters, threads);
        fixed (float* features = events.Features.Span)
        {
            try
            {
                Check(XGDMatrixCreateFromMat_omp(features, (ulong)events.Count, (ulong)_features, float.NaN, out var matrix, threads));
                _matrix = new MatrixHandle(matrix);
            }
            catch (DllNotFoundException e)
            {
                throw new XGBoostException("Training trees needs libxgboost; install the Debian package libxgboost0", e);
            }
        }

        var labels = new float[events.Count];
        for (var i = 0; i < labels.Length; i++)
            labels[i] = events.Labels.Span[i];
        SetInfo("label", labels);
        if (classWeights.IsEmpty)
            return;
        var weights = new float[events.Count];
        for (var i = 0; i < weights.Length; i++)
            weights[i] = classWeights[events.Labels.Span[i]];
        SetInfo("weight", weights);
    }

    /// <summary>Grows one tree a class, each down the gradient of the softmax cross-entropy.</summary>
    /// <param name="scores">The events' scores so far, [events, classes].</param>
    /// <param name="seed">Decides which events and features the trees see, where they see a sample of them.</param>
    /// <exception cref="XGBoostException">XGBoost refused.</exception>
    internal unsafe DecisionTree[] Grow(ReadOnlySpan<float> scores, int seed)
    {
        SetInfo("base_margin", scores);
        Check(XGBoosterCreate([_matrix.DangerousGetHandle()], 1, out var created));
        using var booster = new BoosterHandle(created);
        foreach (var (name, value) in _settings)
            Check(XGBoosterSetParam(booster, name, value));
        Check(XGBoosterSetParam(booster, "seed", seed.ToString(CultureInfo.InvariantCulture)));
        Check(XGBoosterUpdateOneIter(booster, 0, _matrix));
        Check(XGBoosterSaveModelToBuffer(booster, """{"format":"json"}""", out var length, out var model));
        return BoosterJson.Read(new ReadOnlySpan<byte>(model, checked((int)length)), _features, _classes);
    }

    public void Dispose() => _matrix.Dispose();

    private static (string, string)[] Settings(int classes, HyperParameters parameters, int threads) =>
    [
        ("objective", "multi:softprob"),
        ("num_class", classes.ToString(CultureInfo.InvariantCulture)),
        ("tree_method", "hist"),
        ("nthread", threads.ToString(CultureInfo.InvariantCulture)),
        ("base_score", "0"),
        ("verbosity", "0"),
        ("disable_default_eval_metric", "1"),
        .. parameters.Names.Where(name => name != "rounds")
            .Select(name => (name, parameters.Real(name).ToString("R", CultureInfo.InvariantCulture))),
    ];

    private unsafe void SetInfo(string field, ReadOnlySpan<float> values)
    {
        fixed (float* first = values)
            Check(XGDMatrixSetFloatInfo(_matrix, field, first, (ulong)values.Length));
    }
}
