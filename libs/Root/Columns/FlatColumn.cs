using System.Runtime.InteropServices;

namespace DaprHep.Root;

/// <summary>The values and offsets of one branch of plain numbers for a range of entries, in reused buffers.</summary>
internal sealed class FlatColumn : IDisposable
{
    private readonly RootBranch _branch;
    private readonly BasketBuffer _basket;
    private readonly PooledArray<byte> _values = new();
    private readonly PooledArray<int> _offsets = new();
    private readonly DataType _type;
    private readonly int _itemBytes;
    private readonly int _unitBytes;
    private readonly bool _jagged;
    private FlatColumn? _counter;
    private int _valueBytes;
    private int _entries;

    public FlatColumn(RootBranch branch)
    {
        _branch = branch;
        var layout = branch.Layout;
        _type = layout.Type ?? throw new UnsupportedBranchException(branch.ToString(), layout.Reason);
        _itemBytes = DataTypes.BytesOf(_type);
        if ((long)_itemBytes * layout.Items > RecordReader.MaximumObjectBytes)
            throw new UnsupportedBranchException(branch.ToString(), $"{layout.Items} values an entry");
        _unitBytes = _itemBytes * layout.Items;
        _jagged = layout.Jagged;
        _basket = new BasketBuffer(branch);
    }

    public ReadOnlySpan<int> Offsets => _entries == 0 ? EmptyOffsets : _offsets.Array.AsSpan(0, _entries + 1);

    private static ReadOnlySpan<int> EmptyOffsets => [0];

    public ReadOnlySpan<T> Values<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(_values.Array.AsSpan(0, _valueBytes));

    /// <summary>Throws unless the branch stores <typeparamref name="T"/>.</summary>
    public void Check<T>()
        where T : unmanaged
    {
        if (DataTypes.Of<T>() != _type)
            throw new ColumnTypeException(_branch.ToString(), DataTypes.NameOf(_type), DataTypes.NameOf<T>());
    }

    /// <summary>Bytes of the branch before compression.</summary>
    public long RawBytes => _branch.RawBytes;

    /// <summary>Adds the baskets that reading these entries will fetch.</summary>
    public void Announce(long first, long end, List<ByteRange> ranges)
    {
        var locations = _branch.Index.Locations;
        for (var i = Math.Max(0, _basket.Index); i < locations.Count && locations[i].FirstEntry < end; i++)
        {
            if (i != _basket.Index && locations[i].EndEntry > first && locations[i].Seek > 0)
                ranges.Add(new ByteRange(locations[i].Seek, locations[i].Bytes));
        }
    }

    /// <summary>Reads the entries from <paramref name="first"/> up to <paramref name="end"/>.</summary>
    public void Fill(long first, long end)
    {
        _entries = 0;
        _valueBytes = 0;
        if (end - first >= int.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(end), "read fewer than 2³¹ entries at once");
        _offsets.Reserve(1)[0] = 0;
        for (var at = first; at < end;)
        {
            var index = _branch.Index.Find(at, _basket.Index);
            if (index != _basket.Index)
                Load(index);
            var count = (int)(Math.Min(end, _basket.Location.EndEntry) - at);
            Append((int)(at - _basket.Location.FirstEntry), count);
            at += count;
        }
    }

    public void Dispose()
    {
        _basket.Dispose();
        _values.Release();
        _offsets.Release();
        _counter?.Dispose();
        _entries = 0;
        _valueBytes = 0;
    }

    private void Load(int index)
    {
        _basket.Load(index);
        if (!_jagged)
        {
            if ((long)_basket.Entries * _unitBytes > _basket.Content.Length)
                throw _basket.Where.Error(-1, $"{_basket.Entries} entries of {_unitBytes} bytes", $"{_basket.Content.Length} bytes");
        }
        else if (!_basket.HasOffsets)
        {
            CountOffsets();
        }
    }

    private void Append(int entry, int count)
    {
        int start, bytes;
        // The number of entries is believed only as far as baskets hold them, so a made-up one costs no memory.
        var target = _offsets.Reserve(_entries + count + 1, _entries + 1).AsSpan(_entries + 1, count);
        var valuesBefore = _valueBytes / _itemBytes;
        if (_jagged)
        {
            var starts = _basket.Offsets.Slice(entry, count + 1);
            start = starts[0];
            bytes = starts[^1] - start;
            var shift = int.TrailingZeroCount(_itemBytes);
            var shifted = valuesBefore - (start >> shift);
            for (var i = 0; i < target.Length; i++)
                target[i] = (starts[i + 1] >> shift) + shifted;
            CheckWhole(starts, entry);
        }
        else
        {
            start = entry * _unitBytes;
            bytes = count * _unitBytes;
            var items = _unitBytes / _itemBytes;
            for (var i = 0; i < target.Length; i++)
                target[i] = valuesBefore + (i + 1) * items;
        }
        if ((long)_valueBytes + bytes > Array.MaxLength)
            throw new UnsupportedBranchException(_branch.ToString(), "the entries asked for have more than 2 GiB; ask for fewer at once");
        var room = _values.Reserve(_valueBytes + bytes, _valueBytes);
        ByteOrder.Copy(_basket.Content.Slice(start, bytes), room.AsSpan(_valueBytes, bytes), _type);
        _valueBytes += bytes;
        _entries += count;
    }

    /// <summary>Every entry must hold whole items.</summary>
    private void CheckWhole(ReadOnlySpan<int> starts, int entry)
    {
        if (int.IsPow2(_unitBytes))
        {
            var mask = 0;
            foreach (var start in starts)
                mask |= start - starts[0];
            if ((mask & (_unitBytes - 1)) == 0)
                return;
        }
        for (var i = 0; i + 1 < starts.Length; i++)
        {
            var bytes = starts[i + 1] - starts[i];
            if (bytes % _unitBytes != 0)
                throw _basket.Where.Error(starts[i], $"whole items of {_unitBytes} bytes in entry {entry + i}", $"{bytes} bytes");
        }
    }

    /// <summary>Baskets without offsets: the sizes follow from the counting branch.</summary>
    private void CountOffsets()
    {
        var where = _basket.Where;
        if (_branch.Counter is not { Layout: { Jagged: false, Items: 1 } })
            throw where.Error(-1, "offsets of the entries or a branch that counts their items", "neither");
        _counter ??= new FlatColumn(_branch.Counter);
        _counter.Fill(_basket.Location.FirstEntry, _basket.Location.EndEntry);
        _basket.ReserveOffsets();
        var target = _basket.Offsets;
        target[0] = 0;
        for (var i = 0; i < _basket.Entries; i++)
        {
            var next = target[i] + _counter.CountAt(i) * _unitBytes;
            if (next < target[i] || next > _basket.Content.Length)
                {
                throw where.Error(
                    target[i], $"entry {i} to end within {_basket.Content.Length} bytes", $"{_counter.CountAt(i)} items");
            }
            target[i + 1] = (int)next;
        }
    }

    /// <summary>An integer of a branch with one an entry, counted from the first entry read.</summary>
    public long CountAt(int entry) => _type switch
    {
        DataType.Int8 => Values<sbyte>()[entry],
        DataType.UInt8 => Values<byte>()[entry],
        DataType.Int16 => Values<short>()[entry],
        DataType.UInt16 => Values<ushort>()[entry],
        DataType.Int32 => Values<int>()[entry],
        DataType.UInt32 => Values<uint>()[entry],
        _ => Values<long>()[entry],
    };
}
