using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DaprHep.Root;

/// <summary>One basket of a branch, inflated: the bytes of its entries and, where sizes differ, where each begins.</summary>
internal sealed class BasketBuffer(RootBranch branch) : IDisposable
{
    /// <summary>Read at first when the tree does not know the basket's size.</summary>
    private const int UnknownBasketBytes = 512;

    /// <summary>The record as it is in the file: needed only until it is inflated, so one a thread stays in its cache.</summary>
    [ThreadStatic]
    private static PooledArray<byte>? _record;

    private readonly PooledArray<byte> _inflated = new();
    private readonly PooledArray<int> _offsets = new();
    private byte[] _content = [];
    private int _contentStart;
    private int _contentBytes;

    /// <summary>Index into <see cref="BasketIndex.Locations"/> of the basket held, or −1.</summary>
    public int Index { get; private set; } = -1;

    public BasketLocation Location { get; private set; }

    public int Entries { get; private set; }

    /// <summary>The bytes of all entries.</summary>
    public ReadOnlySpan<byte> Content => _content.AsSpan(_contentStart, _contentBytes);

    /// <summary>True if the basket says where each entry begins.</summary>
    public bool HasOffsets { get; private set; }

    /// <summary>Entries + 1 offsets into <see cref="Content"/>, rising; to be written by the caller if there are none.</summary>
    public Span<int> Offsets => _offsets.Array.AsSpan(0, Entries + 1);

    public RecordLocation Where => branch.Locate(Location.Basket);

    /// <summary>Reads and inflates a basket.</summary>
    public void Load(int index)
    {
        Index = -1;
        Location = branch.Index.Locations[index];
        var entries = Location.EndEntry - Location.FirstEntry;
        var embedded = Location.Seek == 0 ? branch.Index.Embedded(Location.Basket) : null;
        var header = embedded?.Header ?? Fetch();
        if (entries > header.Entries)
            throw Where.Error(-1, $"{entries} entries", $"{header.Entries}");
        Entries = (int)entries;
        if (embedded is not null)
            TakeEmbedded(embedded);
        else
            TakeInflated(header);
        Index = index;
    }

    /// <summary>Makes room for <see cref="Offsets"/>.</summary>
    public void ReserveOffsets() => _offsets.Reserve(Entries + 1);

    public void Dispose()
    {
        _inflated.Release();
        _offsets.Release();
        Index = -1;
    }

    private BasketHeader Fetch()
    {
        if (branch.Record.FileName.Length > 0)
            throw new UnsupportedBranchException(branch.ToString(), $"its baskets are in another file, {branch.Record.FileName}");
        var source = branch.Tree.File.Source;
        var wanted = Location.Bytes >= KeyHeader.MinimumBytes ? Location.Bytes : UnknownBasketBytes;
        if (Location.Seek < 0 || Location.Seek > source.Length - KeyHeader.MinimumBytes)
            throw Where.Error(Location.Seek, $"a basket inside the file ({source.Length} bytes)", $"{wanted} bytes at {Location.Seek}");
        var have = (int)Math.Min(wanted, source.Length - Location.Seek);
        _record ??= new PooledArray<byte>();
        var bytes = _record.Reserve(have);
        source.Read(Location.Seek, bytes.AsSpan(0, have));
        var cursor = new RootCursor(bytes.AsSpan(0, have), Where, Location.Seek);
        var header = BasketHeader.Read(ref cursor);
        RecordReader.CheckExtent(source, header.Key with { Seek = Location.Seek }, Where);
        if (header.Key.Bytes > have)
        {
            bytes = _record.Reserve(header.Key.Bytes);
            source.Read(Location.Seek, bytes.AsSpan(0, header.Key.Bytes));
        }
        return header;
    }

    private void TakeInflated(BasketHeader header)
    {
        var key = header.Key;
        var payload = _record!.Array.AsSpan(key.KeyLength, key.Bytes - key.KeyLength);
        if (payload.Length != key.ObjectLength)
            CompressedRecord.CheckBlocks(payload, key.ObjectLength, Where);
        _content = _inflated.Reserve(key.ObjectLength);
        _contentStart = 0;
        if (payload.Length == key.ObjectLength)
            payload.CopyTo(_content);
        else
            CompressedRecord.Inflate(payload, _content.AsSpan(0, key.ObjectLength), Where);
        _contentBytes = header.Last - key.KeyLength;
        if (_contentBytes < 0 || _contentBytes > key.ObjectLength)
            throw Where.Error(-1, $"entries that end at {key.KeyLength} to {key.KeyLength + key.ObjectLength}", $"{header.Last}");
        TakeOffsets(_content.AsSpan(_contentStart + _contentBytes, key.ObjectLength - _contentBytes), key.KeyLength);
    }

    private void TakeEmbedded(BasketRecord embedded)
    {
        var keyLength = embedded.Header.Key.KeyLength;
        var last = Math.Min(embedded.Header.Last, embedded.Buffer.Length);
        if (keyLength > last)
            throw Where.Error(-1, $"entries behind the key's {keyLength} bytes", $"an end at {last}");
        _content = embedded.Buffer;
        _contentStart = keyLength;
        _contentBytes = last - keyLength;
        HasOffsets = embedded.EntryOffsets?.Length >= Entries;
        if (!HasOffsets)
            return;
        var target = _offsets.Reserve(Entries + 1);
        embedded.EntryOffsets.AsSpan(0, Entries).CopyTo(target);
        FinishOffsets(keyLength);
    }

    /// <summary>Behind the entries of varying size: a count and the offset of each entry, counted from the key's start.</summary>
    private void TakeOffsets(ReadOnlySpan<byte> tail, int keyLength)
    {
        HasOffsets = tail.Length >= 4 * (Entries + 1L);
        if (!HasOffsets)
            return;
        var stored = tail.Slice(4, 4 * Entries);
        var target = _offsets.Reserve(Entries + 1);
        BinaryPrimitives.ReverseEndianness(
            MemoryMarshal.Cast<byte, int>(stored), target.AsSpan(0, Entries));
        FinishOffsets(keyLength);
    }

    private void FinishOffsets(int keyLength)
    {
        var target = Offsets;
        var before = 0;
        for (var i = 0; i < target.Length - 1; i++)
        {
            var offset = target[i] - keyLength;
            if (offset < before)
                throw Where.Error(before, $"entry {i} at {before} or later", $"{offset}");
            target[i] = before = offset;
        }
        // Baskets that were not filled to the end hold fewer entries of the range than bytes; the last entry ends with them.
        target[^1] = _contentBytes;
        if (before > _contentBytes)
            throw Where.Error(_contentBytes, $"entries of {_contentBytes} bytes", $"one at {before}");
    }
}
