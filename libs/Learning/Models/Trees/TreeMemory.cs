namespace DaprHep.Learning.Models.Trees;

/// <summary>Memory that one thread needs to evaluate trees with a <see cref="TreeKernel"/>.</summary>
internal sealed class TreeMemory
{
    /// <summary>Features of a block of events, [features, events].</summary>
    internal float[] Columns { get; private set; } = [];

    /// <summary>Scores of the block, [classes, events].</summary>
    internal float[] Scores { get; private set; } = [];

    /// <summary>Values of subtrees that have been evaluated and not yet used.</summary>
    internal float[] Stack { get; private set; } = [];

    /// <summary>Grows to at least the given lengths.</summary>
    internal void MakeRoom(int columns, int scores, int stack)
    {
        if (Columns.Length < columns)
            Columns = new float[columns];
        if (Scores.Length < scores)
            Scores = new float[scores];
        if (Stack.Length < stack)
            Stack = new float[stack];
    }
}
