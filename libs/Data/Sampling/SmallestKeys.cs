namespace DaprHep.Data.Sampling;

/// <summary>
/// Draw keys of one class, of which the smallest are drawn: exactly as many as asked for, in memory that does not grow with their number.
/// As long as there are few, the keys themselves are kept. Of more, only how many lie in each of 65,536 equal ranges; then the keys are
/// gone through once more, for those of the one range in which the limit lies.
/// </summary>
public sealed class SmallestKeys
{
    /// <summary>Keys kept where nothing else is said: 32 MiB of them.</summary>
    public const int DefaultKept = 4 << 20;

    private const int RangeBits = 16;
    private readonly long[] _ranges = new long[1 << RangeBits];
    private readonly int _mostKept;
    private List<ulong>? _keys = [];
    private int _range;
    private long _before;
    private long _wanted;

    /// <summary>No keys yet.</summary>
    /// <param name="mostKept">So many keys are kept at most.</param>
    public SmallestKeys(int mostKept = DefaultKept) => _mostKept = mostKept;

    /// <summary>Number of events seen.</summary>
    public long Count { get; private set; }

    /// <summary>Whether the keys must be gone through again, with <see cref="AddAgain"/>, before <see cref="Limit"/> is known.</summary>
    public bool NeedsSecondPass { get; private set; }

    /// <summary>Adds an event's draw key.</summary>
    public void Add(ulong key)
    {
        Count++;
        _ranges[key >> (64 - RangeBits)]++;
        if (_keys is null)
            return;
        if (_keys.Count < _mostKept)
            _keys.Add(key);
        else
            _keys = null;
    }

    /// <summary>Says how many are to be drawn.</summary>
    /// <param name="count">1 to <see cref="Count"/>.</param>
    public void Draw(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        (_wanted, _range, _before) = (count, 0, 0);
        while (_before + _ranges[_range] < count)
            _before += _ranges[_range++];
        NeedsSecondPass = _keys is null;
        _keys ??= new List<ulong>(checked((int)_ranges[_range]));
        if (!NeedsSecondPass)
            _before = 0;
    }

    /// <summary>Adds a key once more where <see cref="NeedsSecondPass"/>.</summary>
    public void AddAgain(ulong key)
    {
        if (NeedsSecondPass && (int)(key >> (64 - RangeBits)) == _range)
            _keys!.Add(key);
    }

    /// <summary>The key up to which exactly as many events as asked for are drawn. Keys are distinct, since they come from distinct events.</summary>
    /// <exception cref="InvalidOperationException">The second pass did not bring the keys of the first.</exception>
    public ulong Limit()
    {
        long place = _wanted - _before - 1;
        if (_keys is null || place >= _keys.Count || (NeedsSecondPass && _keys.Count != _ranges[_range]))
            throw new InvalidOperationException("the keys of the second pass are not those of the first: the events have changed in between");
        _keys.Sort();
        return _keys[(int)place];
    }
}
