namespace DaprHep.Root;

/// <summary>The baskets of a branch in order of their entries.</summary>
internal sealed class BasketIndex
{
    private readonly RootBranch _branch;
    private readonly BasketLocation[] _locations;

    public BasketIndex(RootBranch branch)
    {
        _branch = branch;
        var record = branch.Record;
        if (branch.Entries < 0)
            throw branch.Locate(-1).Error(-1, "0 or more entries", $"{branch.Entries}");
        var list = new List<BasketLocation>();
        var slots = Math.Max(Math.Min(record.BasketSeek.Length, record.BasketEntry.Length), record.Baskets.Count);
        var last = Math.Min(record.WriteBasket, slots - 1);
        for (var i = 0; i <= last; i++)
        {
            var seek = i < record.BasketSeek.Length ? record.BasketSeek[i] : 0;
            // A basket in the tree goes before its position in the file, which may never have been written.
            var embedded = Embedded(i);
            if (seek == 0 && embedded is null)
                continue;
            var first = i < record.BasketEntry.Length ? record.BasketEntry[i] : 0;
            var end = i < record.WriteBasket && i + 1 < record.BasketEntry.Length ? record.BasketEntry[i + 1] : branch.Entries;
            if (first < 0 || end < first || (list.Count > 0 && first < list[^1].EndEntry))
                throw branch.Locate(i).Error(-1, "entries in rising order", $"entries {first} to {end}");
            var bytes = embedded is null ? record.BasketBytes.ElementAtOrDefault(i) : embedded.Buffer.Length;
            list.Add(new BasketLocation(i, first, end, embedded is null ? seek : 0, (int)Math.Clamp(bytes, 0, int.MaxValue)));
        }
        _locations = [.. list];
    }

    public IReadOnlyList<BasketLocation> Locations => _locations;

    /// <summary>The stored buffer of an embedded basket; null if that basket is not embedded.</summary>
    public BasketRecord? Embedded(int basket) =>
        basket < _branch.Record.Baskets.Count
        && _branch.Record.Baskets[basket] is BasketRecord { Buffer.Length: > 0, Header.Entries: > 0 } record
            ? record
            : null;

    /// <summary>Where the baskets with these entries lie in the file.</summary>
    public List<ByteRange> RangesOf(long first, long end)
    {
        var ranges = new List<ByteRange>();
        foreach (var location in _locations)
        {
            if (location.Seek > 0 && location.FirstEntry < end && location.EndEntry > first)
                ranges.Add(new ByteRange(location.Seek, location.Bytes));
        }
        return ranges;
    }

    /// <summary>Index into <see cref="Locations"/> of the basket with an entry, tried first at a likely place.</summary>
    public int Find(long entry, int likely)
    {
        if ((uint)likely < (uint)_locations.Length && Holds(likely, entry))
            return likely;
        if ((uint)(likely + 1) < (uint)_locations.Length && Holds(likely + 1, entry))
            return likely + 1;
        int low = 0, high = _locations.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (entry < _locations[middle].FirstEntry)
                high = middle - 1;
            else if (entry >= _locations[middle].EndEntry)
                low = middle + 1;
            else
                return middle;
        }
        throw _branch.Locate(-1).Error(-1, $"a basket with entry {entry} of {_branch.Entries}", $"{_locations.Length} baskets without it");
    }

    private bool Holds(int index, long entry) => entry >= _locations[index].FirstEntry && entry < _locations[index].EndEntry;
}
