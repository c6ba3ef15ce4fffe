namespace DaprHep.Root;

/// <summary>Numbers of items that another branch holds, in the order in which the objects are read.</summary>
internal sealed class CountQueue
{
    private int[] counts = [];
    private int next;

    /// <summary>Replaces what is left by the values of a column of integers.</summary>
    public void Fill(FlatColumn column, int length)
    {
        if (counts.Length < length)
            counts = new int[length];
        for (var i = 0; i < length; i++)
            counts[i] = (int)Math.Clamp(column.CountAt(i), -1, int.MaxValue);
        next = 0;
    }

    /// <summary>The next number; −1, which no array has, when there is none.</summary>
    public int Take() => next < counts.Length ? counts[next++] : -1;
}
