namespace DaprHep.Root;

/// <summary>A basket stored inside the tree object instead of as a record of its own (TBasket::Streamer).</summary>
internal sealed class BasketRecord : StreamedRecord
{
    public required BasketHeader Header { get; init; }

    /// <summary>The basket's buffer, its key at the front, as offsets count; empty if only the header was stored.</summary>
    public required byte[] Buffer { get; init; }

    /// <summary>Where each entry begins in the buffer; null if all entries have one size.</summary>
    public required int[]? EntryOffsets { get; init; }

    public static BasketRecord Read(ref RootCursor cursor, int end)
    {
        var header = BasketHeader.Read(ref cursor);
        int[]? offsets = null;
        byte[] buffer = [];
        var flag = header.Flag;
        var generated = flag >= 80;
        if (generated)
            flag -= 80;
        if (!generated && flag != 0 && flag % 10 != 2)
        {
            if (header.Entries > 0)
            {
                offsets = ReadInts(ref cursor);
                if (flag is > 20 and < 40)
                {
                    for (var i = 0; i < offsets.Length; i++)
                        offsets[i] &= 0x00FF_FFFF; // the upper byte is a displacement
                }
            }
            if (flag > 40)
                ReadInts(ref cursor);
        }
        if (flag == 1 || flag > 10)
        {
            if (header.Version > 1)
                buffer = cursor.ReadBytes(cursor.CheckCount(header.Last, 1, "basket bytes")).ToArray();
            else
                buffer = cursor.ReadBytes(cursor.ReadCount(1, "basket bytes")).ToArray();
        }
        if (end >= 0)
            cursor.Position = end;
        return new BasketRecord { Header = header, Buffer = buffer, EntryOffsets = offsets };
    }

    private static int[] ReadInts(ref RootCursor cursor)
    {
        var values = new int[cursor.ReadCount(4, "entry offsets")];
        for (var i = 0; i < values.Length; i++)
            values[i] = cursor.ReadInt32();
        return values;
    }
}
