namespace DaprHep.Root;

/// <summary>Walks an object's members as its streamer info lists them and hands the values to a <see cref="StreamedRecord"/>.</summary>
internal sealed class MemberReader(StreamerRegistry streamers)
{
    /// <summary>Reads an object with its version header. A class that the file does not describe is skipped if its end is known.</summary>
    public void ReadObject(ref RootCursor cursor, string className, StreamedRecord target, ObjectReader objects, int end)
    {
        var header = cursor.ReadObjectHeader();
        header = SkipNoChecksum(ref cursor, className, header);
        var info = streamers.Find(className, header) ?? BuiltInStreamers.Find(className, header.Version);
        if (info is not null)
        {
            ReadMembers(ref cursor, info, target, objects, header.End >= 0 ? header.End : end);
        }
        else if ((header.End < 0 && end < 0) || target.IsRequired)
        {
            cursor.Throw("a class described in the file's streamer info or known to this reader", $"{className} version {header.Version}");
        }
        if (header.End >= 0)
            ObjectReader.MoveToEnd(ref cursor, header);
        else if (end >= 0)
            cursor.Position = end;
    }

    /// <summary>Reads a TArrayC, S, I, L, F or D: a count and the items; only those of TArrayI are kept.</summary>
    public static object ReadTArray(ref RootCursor cursor, char item)
    {
        var bytes = item switch { 'C' => 1, 'S' => 2, 'I' or 'F' => 4, _ => 8 };
        var count = cursor.ReadCount(bytes, "array items");
        if (item != 'I')
        {
            cursor.Skip(bytes * count);
            return new StreamedRecord();
        }
        var items = new long[count];
        for (var i = 0; i < count; i++)
            items[i] = cursor.ReadInt32();
        return items;
    }

    /// <summary>Four bytes after version 0 are a checksum only for a class without version; a class may also be of version 0.</summary>
    private ObjectHeader SkipNoChecksum(ref RootCursor cursor, string className, ObjectHeader header)
    {
        if (header.Checksum == 0 || streamers.Find(className, header) is { } named && named.Checksum == header.Checksum)
            return header;
        if (streamers.Find(className, 0) is null)
            return header;
        cursor.Position -= 4;
        return header with { Checksum = 0 };
    }

    private static void ReadMembers(ref RootCursor cursor, StreamerInfo info, StreamedRecord target, ObjectReader objects, int end)
    {
        Dictionary<string, long>? counters = null;
        foreach (var element in info.Elements)
        {
            if (target.IsComplete && end >= 0)
                return;
            var type = element.Type;
            switch (type)
            {
                case ElementType.Base:
                    objects.ReadInto(ref cursor, element.Name, target, -1);
                    break;
                case ElementType.Float16 or ElementType.Double32:
                    cursor.Skip(TruncatedBytes(element));
                    break;
                case ElementType.Float:
                    cursor.Skip(4);
                    break;
                case ElementType.Double: // numbers of entries and bytes, in trees of ROOT 3 and 4
                    target.SetInteger(element.Name, (long)cursor.ReadDouble());
                    break;
                case > ElementType.Base and < ElementType.FixedArray when type != ElementType.CharStar:
                    var value = ReadInteger(ref cursor, type);
                    if (ElementType.BytesOf(type) >= 4)
                        (counters ??= [])[element.Name] = value;
                    target.SetInteger(element.Name, value);
                    break;
                case > ElementType.FixedArray and < ElementType.PointerArray:
                    ReadFixedArray(ref cursor, element, target);
                    break;
                case > ElementType.PointerArray and < ElementType.PointerArray + 20:
                    ReadPointerArray(ref cursor, info, element, counters, target);
                    break;
                case ElementType.TString:
                    target.SetText(element.Name, cursor.ReadString());
                    break;
                case ElementType.TNamed or ElementType.TObject or ElementType.Object or ElementType.Any
                    or ElementType.ObjectInPlacePointer or ElementType.AnyInPlacePointer:
                    ReadInPlace(ref cursor, element, target, objects);
                    break;
                case ElementType.ObjectPointer or ElementType.AnyPointer:
                    target.SetObject(element.Name, objects.ReadAny(ref cursor));
                    break;
                default:
                    SkipByHeader(ref cursor, element, end);
                    break;
            }
        }
    }

    private static long ReadInteger(ref RootCursor cursor, int type) => type switch
    {
        ElementType.Char or ElementType.LegacyChar => cursor.ReadSByte(),
        ElementType.UChar or ElementType.Bool => cursor.ReadByte(),
        ElementType.Short => cursor.ReadInt16(),
        ElementType.UShort => cursor.ReadUInt16(),
        ElementType.Int or ElementType.Counter => cursor.ReadInt32(),
        ElementType.UInt => cursor.ReadUInt32(),
        ElementType.Bits => ReadBits(ref cursor),
        _ => cursor.ReadInt64(),
    };

    private static long ReadBits(ref RootCursor cursor)
    {
        var bits = cursor.ReadUInt32();
        if ((bits & 0x10) != 0)
            cursor.Skip(2);
        return bits;
    }

    private static void ReadFixedArray(ref RootCursor cursor, StreamerElement element, StreamedRecord target)
    {
        var basic = element.Type - ElementType.FixedArray;
        var bytes = ElementType.BytesOf(basic);
        if (bytes == 0)
            bytes = TruncatedBytes(element);
        var count = cursor.CheckCount(element.ArrayLength, bytes, $"items of {element.Name}");
        ReadItems(ref cursor, element.Name, basic, bytes, count, target);
    }

    /// <summary>A byte that says whether the array is there, then the counted items.</summary>
    private static void ReadPointerArray(
        ref RootCursor cursor, StreamerInfo info, StreamerElement element, Dictionary<string, long>? counters, StreamedRecord target)
    {
        var basic = element.Type - ElementType.PointerArray;
        var flag = cursor.ReadByte();
        if (flag == 0)
            return;
        if (counters is null || !counters.TryGetValue(element.CountName, out var count))
        {
            cursor.Throw($"the counter '{element.CountName}' of {element.Name} before it", "none");
            return;
        }
        // Up to version 9 branches wrote the positions of baskets by hand: the byte says how wide they are.
        if (info is { ClassName: "TBranch", Version: < 10 } && element.Name == "fBasketSeek")
            basic = flag == 2 ? ElementType.Long64 : ElementType.Int;
        var bytes = ElementType.BytesOf(basic);
        if (bytes == 0)
            bytes = TruncatedBytes(element);
        ReadItems(ref cursor, element.Name, basic, bytes, cursor.CheckCount(count, bytes, $"items of {element.Name}"), target);
    }

    private static void ReadItems(ref RootCursor cursor, string name, int basic, int bytes, int count, StreamedRecord target)
    {
        if (basic is ElementType.Float or ElementType.Double or ElementType.Float16 or ElementType.Double32)
        {
            cursor.Skip(bytes * count);
            return;
        }
        var items = new long[count];
        for (var i = 0; i < count; i++)
            items[i] = ReadInteger(ref cursor, basic);
        target.SetIntegers(name, items);
    }

    private static int TruncatedBytes(StreamerElement element) =>
        TruncatedNode.BytesOf(TruncatedRange.Parse(element.Title), element.Type % 20 == ElementType.Double32);

    private static void ReadInPlace(ref RootCursor cursor, StreamerElement element, StreamedRecord target, ObjectReader objects)
    {
        var className = element.Type switch
        {
            ElementType.TNamed => "TNamed",
            ElementType.TObject => "TObject",
            _ => element.TypeName.TrimEnd('*', ' '),
        };
        if (element.Kind == "TStreamerBase")
            objects.ReadInto(ref cursor, element.Name, target, -1);
        else
            target.SetObject(element.Name, objects.ReadInto(ref cursor, className, new StreamedRecord(), -1));
    }

    /// <summary>Members of no use to the tree reader (STL, custom streamers): skipped by their byte count.</summary>
    private static void SkipByHeader(ref RootCursor cursor, StreamerElement element, int end)
    {
        if (cursor.Remaining >= 4 && (cursor.PeekInt32() & (int)RootCursor.ByteCountMask) != 0)
        {
            ObjectReader.MoveToEnd(ref cursor, cursor.ReadObjectHeader());
            return;
        }
        if (end < 0)
            cursor.Throw("a member with a byte count", $"{element}");
        cursor.Position = end;
    }
}
