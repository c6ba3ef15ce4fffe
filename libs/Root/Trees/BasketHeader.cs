namespace DaprHep.Root;

/// <summary>What a basket's key goes on with: how many entries it holds and where their bytes end.</summary>
internal readonly record struct BasketHeader(RecordExtent Key, short Version, int EntrySize, int Entries, int Last, int Flag)
{
    /// <summary>Bytes behind a basket's key header.</summary>
    public const int ExtraBytes = 19;

    public static BasketHeader Read(ref RootCursor cursor)
    {
        var key = KeyHeader.Skip(ref cursor);
        var version = cursor.ReadInt16();
        cursor.Skip(4); // size of the writer's buffer
        var entrySize = cursor.ReadInt32();
        if (entrySize < 0)
        {
            cursor.Skip(1); // features of the writer
            entrySize = -entrySize;
        }
        var entries = cursor.ReadInt32();
        var last = cursor.ReadInt32();
        int flag = cursor.ReadByte();
        if (entries < 0)
            cursor.Throw("0 or more entries in the basket", $"{entries}");
        if (last < 0)
            cursor.Throw("an end of the entries at 0 or more", $"{last}");
        return new BasketHeader(key, version, entrySize, entries, last, flag);
    }
}
