namespace DaprHep.Root;

/// <summary>Numbers of items that another branch holds, in the order in which the objects are read.</summary>
internal sealed class CountQueue
{
    private int[] _counts = [];
    private int _next;

    /// <summary>Replaces what is left by the values of a column of integers.</summary>
    public void Fill(FlatColumn column, int length)
    {
        if (_counts.Length < length)
            _counts = new int[length];
        for (var i = 0; i < length; i++)
            _counts[i] = (int)Math.Clamp(column.CountAt(i), -1, int.MaxValue);
        _next = 0;
    }

    /// <summary>The next number; −1, which no array has, when there is none.</summary>
    public int Take() => _next < _counts.Length ? _counts[_next++] : -1;
}
