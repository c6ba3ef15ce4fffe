namespace DaprHep.Learning.Evaluation;

/// <summary>A test event that was put into another class than its own.</summary>
/// <param name="Event">The event's id: its source's id (32 bits) &lt;&lt; 32 | tree entry (32 bits).</param>
/// <param name="Class">The class that it is of.</param>
/// <param name="Answer">The class that it was put into.</param>
/// <param name="Probability">The probability of the answer.</param>
public sealed record Mistake(ulong Event, string Class, string Answer, double Probability)
{
    /// <summary>So many are kept.</summary>
    public const int Kept = 40;

    /// <summary>The mistakes that the classifier was surest of, the surest first.</summary>
    /// <param name="probabilities">[events, classes].</param>
    /// <param name="labels">The true class of each event.</param>
    /// <param name="ids">The id of each event; empty where they are not known, and then there are no mistakes.</param>
    /// <param name="classNames">The names of the classes, by label.</param>
    public static IReadOnlyList<Mistake> Surest(
        ReadOnlySpan<float> probabilities, ReadOnlySpan<sbyte> labels, ReadOnlySpan<ulong> ids, IReadOnlyList<string> classNames)
    {
        var surest = new PriorityQueue<Mistake, (double, ulong)>();
        for (var i = 0; i < ids.Length; i++)
        {
            var row = probabilities.Slice(i * classNames.Count, classNames.Count);
            var answer = 0;
            for (var c = 1; c < row.Length; c++)
            {
                if (row[c] > row[answer])
                    answer = c;
            }

            if (answer == labels[i])
                continue;
            var mistake = new Mistake(ids[i], classNames[labels[i]], classNames[answer], row[answer]);
            if (surest.Count < Kept)
                surest.Enqueue(mistake, (row[answer], ulong.MaxValue - ids[i]));
            else
                surest.EnqueueDequeue(mistake, (row[answer], ulong.MaxValue - ids[i]));
        }

        return [.. surest.UnorderedItems.Select(item => item.Element).OrderByDescending(mistake => mistake.Probability).ThenBy(mistake => mistake.Event)];
    }
}
