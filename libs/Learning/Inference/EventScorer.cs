namespace DaprHep.Learning.Inference;

/// <summary>A model for one call at a time: weights that it shares with others, and working memory of its own that it keeps.</summary>
internal abstract class EventScorer
{
    /// <summary>Computes the scores before the softmax. An event's do not depend on those that it comes with.</summary>
    /// <param name="events">Events as the feature stage prepares them.</param>
    /// <param name="scores">Receives the scores, [events, classes].</param>
    internal abstract void Scores(PreparedEvents events, Span<float> scores);
}
