using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Artifacts.Onnx;
using DaprHep.Learning.Inference;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Models;

/// <summary>
/// A model from features to class scores, however it was trained. Not safe for use by several threads at once.
/// </summary>
public abstract class Classifier : IDisposable
{
    /// <summary>Describes a classifier.</summary>
    /// <param name="name">The name under which <see cref="ModelRegistry"/> makes it.</param>
    /// <param name="features">How many features an event has.</param>
    /// <param name="classes">How many classes it tells apart.</param>
    protected Classifier(string name, int features, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(features);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        Name = name;
        Features = features;
        Classes = classes;
    }

    /// <summary>The name under which <see cref="ModelRegistry"/> makes it.</summary>
    public string Name { get; }

    /// <summary>How many features an event has.</summary>
    public int Features { get; }

    /// <summary>How many classes it tells apart.</summary>
    public int Classes { get; }

    /// <summary>The hyper-parameters that <see cref="ModelRegistry"/> made it with, defaults included.</summary>
    public HyperParameters Parameters { get; internal set; } = HyperParameters.None;

    /// <summary>Whether it looks at the events' features.</summary>
    public virtual bool ReadsFeatures => true;

    /// <summary>Whether it needs the events' particles, not only their features.</summary>
    public virtual bool ReadsParticles => false;

    /// <summary>Sets how many threads an operation may use; a model that always uses one ignores it.</summary>
    /// <param name="threads">Threads, at least 1.</param>
    public virtual void UseThreads(int threads)
    {
    }

    /// <summary>Computes scores without learning from them.</summary>
    /// <param name="events">Events with <see cref="Features"/> scaled features and, where <see cref="ReadsParticles"/>, their
    /// particles.</param>
    /// <param name="logits">Receives the scores before the softmax, [events, <see cref="Classes"/>].</param>
    public abstract void Logits(EventInputs events, Span<float> logits);

    /// <summary>
    /// Computes scores of the same events several times, each time with other features and the same particles; what depends on particles
    /// alone is computed once.
    /// </summary>
    /// <param name="events">The events, as for <see cref="Logits"/>.</param>
    /// <param name="variants">Features to use instead, [events, <see cref="Features"/>]; each is done with before the next is asked for.
    /// </param>
    /// <param name="take">Given the scores before the softmax of each variant, [events, <see cref="Classes"/>], to do with as it likes.
    /// </param>
    public virtual void LogitsOfVariants(EventInputs events, IEnumerable<ReadOnlyMemory<float>> variants, Action<Span<float>> take)
    {
        var logits = new float[events.Count * Classes];
        foreach (var features in variants)
        {
            Logits(new EventInputs(features, Features, events.Particles), logits);
            take(logits);
        }
    }

    /// <summary>Copies of all weights, in a fixed order.</summary>
    public abstract IReadOnlyList<NamedTensor> ExportWeights();

    /// <summary>Takes over weights by name.</summary>
    /// <param name="weights">Exactly the tensors that <see cref="ExportWeights"/> gives, in any order.</param>
    /// <exception cref="ModelFormatException">A tensor is missing, superfluous or of another shape.</exception>
    public abstract void ImportWeights(IReadOnlyList<NamedTensor> weights);

    /// <summary>Adds what it computes to an ONNX graph.</summary>
    /// <param name="graph">The graph, which has the inputs.</param>
    /// <returns>The name of the scores before the softmax, [events, <see cref="Classes"/>].</returns>
    /// <exception cref="NotSupportedException">It has no form in ONNX.</exception>
    internal virtual string AddTo(OnnxGraph graph) => throw new NotSupportedException($"Model '{Name}' has no form in ONNX");

    /// <summary>Its present weights for judging events, without what learning needs.</summary>
    /// <returns>Makes a scorer; all that it makes share the weights.</returns>
    internal virtual Func<EventScorer> Scorers() => throw new NotSupportedException($"Model '{Name}' does not judge events by itself");

    /// <summary>Class probabilities of events.</summary>
    /// <param name="events">As for <see cref="Logits"/>.</param>
    /// <returns>[events, <see cref="Classes"/>], each row adding up to 1.</returns>
    public float[] Probabilities(EventInputs events)
    {
        var scores = new float[events.Count * Classes];
        Logits(events, scores);
        Evaluation.Softmax.InPlace(scores, Classes);
        return scores;
    }

    /// <summary>Class probabilities of events by their features alone.</summary>
    /// <param name="features">Scaled features, [events, <see cref="Features"/>].</param>
    /// <returns>[events, <see cref="Classes"/>], each row adding up to 1.</returns>
    public float[] Probabilities(ReadOnlyMemory<float> features) => Probabilities(new EventInputs(features, Features));

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases native memory.</summary>
    /// <param name="disposing">False when called by a finalizer.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
