using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tuning;

/// <summary>
/// Cuts training events into parts, each held back once to judge what was learned from the others. An event's own identity decides its
/// part, never its place or the seed, so that all trials are judged by the same events. Test events have no part in it.
/// </summary>
/// <param name="events">The training events.</param>
/// <param name="classes">How many classes there are.</param>
/// <param name="folds">How many parts; 1 for five of which only the first is ever held back.</param>
public sealed class TrainingFolds(LabelledEvents events, int classes, int folds)
{
    private const int PartsOfOneFold = 5;

    private readonly WeakReference<TrainingData>[] _cut =
        [.. Enumerable.Range(0, folds).Select(_ => new WeakReference<TrainingData>(null!))];

    /// <summary>What to learn from and what is held back (as <see cref="TrainingData.Test"/>). Safe for several threads.</summary>
    /// <param name="fold">The part to hold back, from 0.</param>
    /// <exception cref="TrainingDataException">A class has no events on one side.</exception>
    public TrainingData Of(int fold)
    {
        // Trials of one fold share the copy; a copy that nobody uses may go.
        lock (_cut)
        {
            if (!_cut[fold].TryGetTarget(out var data))
                _cut[fold].SetTarget(data = Cut(fold));
            return data;
        }
    }

    /// <summary>The part that an event belongs to.</summary>
    /// <param name="identity">The event's identity.</param>
    /// <param name="parts">How many parts there are.</param>
    internal static int PartOf(ulong identity, int parts) => new SeededRandom(identity, SeededRandom.Stream.Folds).NextBelow(parts);

    private TrainingData Cut(int fold)
    {
        List<int> learned = new(events.Count), heldBack = [];
        var ids = events.Ids.Span;
        var parts = folds == 1 ? PartsOfOneFold : folds;
        for (var row = 0; row < events.Count; row++)
            (PartOf(ids.IsEmpty ? (ulong)row : ids[row], parts) == fold ? heldBack : learned).Add(row);
        var data = new TrainingData(events.Select([.. learned]), events.Select([.. heldBack]));
        foreach (var side in new[] { data.Train, data.Test })
        {
            var missing = Array.IndexOf(side.CountByClass(classes), 0);
            if (missing >= 0)
            {
                throw new TrainingDataException(
                    $"Fold {fold} of {folds} has no events of class {missing} on one side; tune with more events or fewer folds");
            }
        }

        return data;
    }
}
