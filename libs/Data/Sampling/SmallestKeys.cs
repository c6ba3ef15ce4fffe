namespace DaprHep.Data.Sampling;

/// <summary>Draw keys of one class, of which the smallest are drawn.</summary>
public sealed class SmallestKeys
{
    private readonly List<ulong> _keys = [];

    /// <summary>Number of events seen.</summary>
    public int Count => _keys.Count;

    /// <summary>Adds an event's draw key.</summary>
    public void Add(ulong key) => _keys.Add(key);

    /// <summary>The limit up to which exactly <paramref name="count"/> events are drawn. Keys are distinct, since they come from distinct events.</summary>
    /// <param name="count">1 to <see cref="Count"/>.</param>
    public ulong LimitFor(int count)
    {
        _keys.Sort();
        return _keys[count - 1];
    }
}
