using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Models;

namespace DaprHep.Learning.Training;

/// <summary>How well a model does, after an epoch, on events that it does not learn from.</summary>
/// <param name="Loss">Mean cross-entropy.</param>
/// <param name="Accuracy">Part of the events put into their own class.</param>
/// <param name="Auc">Mean over the classes of the area under the ROC curve; null where a class has no events.</param>
internal sealed record Judgement(double Loss, double Accuracy, double? Auc)
{
    /// <summary>Judges; null without events.</summary>
    internal static Judgement? Of(Classifier model, LabelledEvents events)
    {
        if (events.Count == 0)
            return null;
        var scores = new float[events.Count * model.Classes];
        model.Logits(events, scores);
        var labels = events.Labels.Span;
        var (loss, accuracy) = (CrossEntropy.Mean(scores, labels, model.Classes), Evaluation.Accuracy.Of(scores, labels, model.Classes));
        Softmax.InPlace(scores, model.Classes);
        return new Judgement(loss, accuracy, MeanAuc.Of(scores, labels, model.Classes));
    }
}
