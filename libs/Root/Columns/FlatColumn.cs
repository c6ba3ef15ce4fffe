using System.Runtime.InteropServices;

namespace DaprHep.Root;

/// <summary>The values and offsets of one branch of plain numbers for a range of entries, in reused buffers.</summary>
internal sealed class FlatColumn : IDisposable
{
    private readonly RootBranch branch;
    private readonly BasketBuffer basket;
    private readonly PooledArray<byte> values = new();
    private readonly PooledArray<int> offsets = new();
    private readonly DataType type;
    private readonly int itemBytes;
    private readonly int unitBytes;
    private readonly bool jagged;
    private FlatColumn? counter;
    private int valueBytes;
    private int entries;

    public FlatColumn(RootBranch branch)
    {
        this.branch = branch;
        var layout = branch.Layout;
        type = layout.Type ?? throw new UnsupportedBranchException(branch.ToString(), layout.Reason);
        itemBytes = DataTypes.BytesOf(type);
        if ((long)itemBytes * layout.Items > RecordReader.MaximumObjectBytes)
            throw new UnsupportedBranchException(branch.ToString(), $"{layout.Items} values an entry");
        unitBytes = itemBytes * layout.Items;
        jagged = layout.Jagged;
        basket = new BasketBuffer(branch);
    }

    public ReadOnlySpan<int> Offsets => entries == 0 ? EmptyOffsets : offsets.Array.AsSpan(0, entries + 1);

    private static ReadOnlySpan<int> EmptyOffsets => [0];

    public ReadOnlySpan<T> Values<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(values.Array.AsSpan(0, valueBytes));

    /// <summary>Throws unless the branch stores <typeparamref name="T"/>.</summary>
    public void Check<T>()
        where T : unmanaged
    {
        if (DataTypes.Of<T>() != type)
            throw new ColumnTypeException(branch.ToString(), DataTypes.NameOf(type), DataTypes.NameOf<T>());
    }

    /// <summary>Bytes of the branch before compression.</summary>
    public long RawBytes => branch.RawBytes;

    /// <summary>Adds the baskets that reading these entries will fetch.</summary>
    public void Announce(long first, long end, List<ByteRange> ranges)
    {
        var locations = branch.Index.Locations;
        for (var i = Math.Max(0, basket.Index); i < locations.Count && locations[i].FirstEntry < end; i++)
        {
            if (i != basket.Index && locations[i].EndEntry > first && locations[i].Seek > 0)
                ranges.Add(new ByteRange(locations[i].Seek, locations[i].Bytes));
        }
    }

    /// <summary>Reads the entries from <paramref name="first"/> up to <paramref name="end"/>.</summary>
    public void Fill(long first, long end)
    {
        entries = 0;
        valueBytes = 0;
        if (end - first >= int.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(end), "read fewer than 2³¹ entries at once");
        offsets.Reserve(1)[0] = 0;
        for (var at = first; at < end;)
        {
            var index = branch.Index.Find(at, basket.Index);
            if (index != basket.Index)
                Load(index);
            var count = (int)(Math.Min(end, basket.Location.EndEntry) - at);
            Append((int)(at - basket.Location.FirstEntry), count);
            at += count;
        }
    }

    public void Dispose()
    {
        basket.Dispose();
        values.Release();
        offsets.Release();
        counter?.Dispose();
        entries = 0;
        valueBytes = 0;
    }

    private void Load(int index)
    {
        basket.Load(index);
        if (!jagged)
        {
            if ((long)basket.Entries * unitBytes > basket.Content.Length)
                throw basket.Where.Error(-1, $"{basket.Entries} entries of {unitBytes} bytes", $"{basket.Content.Length} bytes");
        }
        else if (!basket.HasOffsets)
        {
            CountOffsets();
        }
    }

    private void Append(int entry, int count)
    {
        int start, bytes;
        // The number of entries is believed only as far as baskets hold them, so a made-up one costs no memory.
        var target = offsets.Reserve(entries + count + 1, entries + 1).AsSpan(entries + 1, count);
        var valuesBefore = valueBytes / itemBytes;
        if (jagged)
        {
            var starts = basket.Offsets.Slice(entry, count + 1);
            start = starts[0];
            bytes = starts[^1] - start;
            var shift = int.TrailingZeroCount(itemBytes);
            var shifted = valuesBefore - (start >> shift);
            for (var i = 0; i < target.Length; i++)
                target[i] = (starts[i + 1] >> shift) + shifted;
            CheckWhole(starts, entry);
        }
        else
        {
            start = entry * unitBytes;
            bytes = count * unitBytes;
            var items = unitBytes / itemBytes;
            for (var i = 0; i < target.Length; i++)
                target[i] = valuesBefore + (i + 1) * items;
        }
        if ((long)valueBytes + bytes > Array.MaxLength)
            throw new UnsupportedBranchException(branch.ToString(), "the entries asked for have more than 2 GiB; ask for fewer at once");
        var room = values.Reserve(valueBytes + bytes, valueBytes);
        ByteOrder.Copy(basket.Content.Slice(start, bytes), room.AsSpan(valueBytes, bytes), type);
        valueBytes += bytes;
        entries += count;
    }

    /// <summary>Every entry must hold whole items.</summary>
    private void CheckWhole(ReadOnlySpan<int> starts, int entry)
    {
        if (int.IsPow2(unitBytes))
        {
            var mask = 0;
            foreach (var start in starts)
                mask |= start - starts[0];
            if ((mask & (unitBytes - 1)) == 0)
                return;
        }
        for (var i = 0; i + 1 < starts.Length; i++)
        {
            var bytes = starts[i + 1] - starts[i];
            if (bytes % unitBytes != 0)
                throw basket.Where.Error(starts[i], $"whole items of {unitBytes} bytes in entry {entry + i}", $"{bytes} bytes");
        }
    }

    /// <summary>Baskets without offsets: the sizes follow from the counting branch.</summary>
    private void CountOffsets()
    {
        var where = basket.Where;
        if (branch.Counter is not { Layout: { Jagged: false, Items: 1 } })
            throw where.Error(-1, "offsets of the entries or a branch that counts their items", "neither");
        counter ??= new FlatColumn(branch.Counter);
        counter.Fill(basket.Location.FirstEntry, basket.Location.EndEntry);
        basket.ReserveOffsets();
        var target = basket.Offsets;
        target[0] = 0;
        for (var i = 0; i < basket.Entries; i++)
        {
            var next = target[i] + counter.CountAt(i) * unitBytes;
            if (next < target[i] || next > basket.Content.Length)
                {
                throw where.Error(
                    target[i], $"entry {i} to end within {basket.Content.Length} bytes", $"{counter.CountAt(i)} items");
            }
            target[i + 1] = (int)next;
        }
    }

    /// <summary>An integer of a branch with one an entry, counted from the first entry read.</summary>
    public long CountAt(int entry) => type switch
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
