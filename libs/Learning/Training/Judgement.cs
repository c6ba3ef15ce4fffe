using DaprHep.Learning.Distributed;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Models;

namespace DaprHep.Learning.Training;

/// <summary>How well a model does, after an epoch, on events that it does not learn from.</summary>
/// <param name="Loss">Mean cross-entropy.</param>
/// <param name="Accuracy">Part of the events put into their own class.</param>
/// <param name="Auc">Mean over the classes of the area under the ROC curve; null where a class has no events.</param>
internal sealed record Judgement(double Loss, double Accuracy, double? Auc)
{
    /// <summary>Judges; null without events. Each rank computes the scores of its own events, and all come to the same figures.</summary>
    internal static Judgement? Of(Classifier model, LabelledEvents events, RankGroup? ranks = null)
    {
        var scores = new float[events.Count * model.Classes];
        model.Logits(events, scores);
        return Of(ranks.GatherRows(scores, model.Classes), ranks.GatherLabels(events.Labels).Span, model.Classes);
    }

    /// <summary>Judges scores before the softmax, [events, classes], which become probabilities; null without events.</summary>
    internal static Judgement? Of(Span<float> scores, ReadOnlySpan<sbyte> labels, int classes)
    {
        if (labels.IsEmpty)
            return null;
        var (loss, accuracy) = (CrossEntropy.Mean(scores, labels, classes), Evaluation.Accuracy.Of(scores, labels, classes));
        Softmax.InPlace(scores, classes);
        return new Judgement(loss, accuracy, MeanAuc.Of(scores, labels, classes));
    }
}
