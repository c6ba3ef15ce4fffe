namespace DaprHep.Learning.Training;

/// <summary>
/// Training events that are held back to judge the training by, so that it never looks at the test events. An event's own identity
/// decides, not its place: the same event is held back whatever else there is, in whatever order.
/// </summary>
internal static class ValidationSplit
{
    /// <summary>Which events to learn from and which to hold back.</summary>
    /// <param name="events">The training events.</param>
    /// <param name="share">Part to hold back, from 0 to below 1.</param>
    /// <returns>Rows of <paramref name="events"/>, rising.</returns>
    internal static (int[] Learned, int[] HeldBack) Of(LabelledEvents events, double share)
    {
        List<int> learned = new(events.Count), heldBack = [];
        var ids = events.Ids.Span;
        for (var row = 0; row < events.Count; row++)
        {
            var identity = ids.IsEmpty ? (ulong)row : ids[row];
            var isHeldBack = share > 0 && new SeededRandom(identity, SeededRandom.Stream.Validation).NextDouble() < share;
            (isHeldBack ? heldBack : learned).Add(row);
        }

        return ([.. learned], [.. heldBack]);
    }
}
