namespace DaprHep.Root;

/// <summary>
/// Reads objects of one record: resolves references between them, reads ROOT's own containers by hand and every other class by
/// the file's streamer info.
/// </summary>
/// <param name="streamers">The layouts known.</param>
/// <param name="keyLength">Length of the record's key: references count from the start of the key.</param>
internal sealed class ObjectReader(StreamerRegistry streamers, int keyLength)
{
    private const uint NewClassTag = 0xFFFF_FFFF;
    private const uint ClassMask = 0x8000_0000;

    /// <summary>References are offset by this so that 0 and 1 stay free.</summary>
    private const int ReferenceOffset = 2;

    /// <summary>Deeper nesting than any real object; keeps the stack safe.</summary>
    private const int MaximumDepth = 100;

    private readonly Dictionary<uint, object> _references = [];
    private readonly MemberReader _members = new(streamers);
    private int _depth;

    /// <summary>An object behind a pointer: new, a reference to one read before, or null (TBufferFile::ReadObjectAny).</summary>
    public object? ReadAny(ref RootCursor cursor)
    {
        var begin = cursor.Position;
        var first = cursor.ReadUInt32();
        uint tag;
        var start = cursor.Position;
        var end = -1;
        if ((first & RootCursor.ByteCountMask) == 0 || first == NewClassTag)
        {
            tag = first;
        }
        else
        {
            var bytes = cursor.CheckCount(first & ~RootCursor.ByteCountMask, 1, "object bytes");
            end = start + bytes;
            tag = cursor.ReadUInt32();
        }

        if ((tag & ClassMask) == 0)
        {
            var known = tag > 1 ? _references.GetValueOrDefault(tag) : null;
            if (end >= 0)
                cursor.Position = end;
            return known;
        }

        string className;
        if (tag == NewClassTag)
        {
            className = cursor.ReadCString();
            _references[end >= 0 ? Reference(start) : (uint)_references.Count + 1] = className;
        }
        else if (_references.GetValueOrDefault(tag & ~ClassMask) is string known)
        {
            className = known;
        }
        else
        {
            cursor.Throw("a reference to a class named before", $"tag {tag:X8}");
            return null;
        }

        var value = Create(className);
        _references[end >= 0 ? Reference(begin) : (uint)_references.Count + 1] = value;
        var read = ReadInto(ref cursor, className, value, end);
        if (!ReferenceEquals(read, value))
            _references[end >= 0 ? Reference(begin) : (uint)_references.Count] = read;
        if (end >= 0)
            cursor.Position = end;
        return read;
    }

    /// <summary>Reads the members of an object whose class is known, by hand or by streamer info.</summary>
    /// <param name="cursor">At the object's version.</param>
    /// <param name="className">Its class.</param>
    /// <param name="target">Takes the members.</param>
    /// <param name="end">Where the object ends, or −1 if unknown.</param>
    /// <returns>The target, or what stands for it (a list, a basket).</returns>
    public object ReadInto(ref RootCursor cursor, string className, StreamedRecord target, int end)
    {
        if (++_depth > MaximumDepth)
            cursor.Throw($"objects nested at most {MaximumDepth} deep", "deeper ones");
        try
        {
            switch (className)
            {
                case "TObject":
                    SkipTObject(ref cursor);
                    return target;
                case "TNamed":
                    var (name, title) = ReadNamed(ref cursor);
                    target.SetText("fName", name);
                    target.SetText("fTitle", title);
                    return target;
                case "TString":
                    return new TextRecord(cursor.ReadString());
                case "TObjArray":
                    return ReadObjArray(ref cursor);
                case "TList" or "THashList":
                    return ReadList(ref cursor);
                case "TStreamerInfo":
                    return StreamerInfoReader.ReadInfo(ref cursor, this);
                case "TBasket":
                    return BasketRecord.Read(ref cursor, end);
            }
            if (className.StartsWith("TStreamer", StringComparison.Ordinal))
                return StreamerInfoReader.ReadElement(ref cursor, className);
            if (className.StartsWith("TArray", StringComparison.Ordinal) && className.Length == 7)
                return MemberReader.ReadTArray(ref cursor, className[6]);
            _members.ReadObject(ref cursor, className, target, this, end);
            return target;
        }
        finally
        {
            _depth--;
        }
    }

    /// <summary>TList: items with options.</summary>
    public ListRecord ReadList(ref RootCursor cursor)
    {
        var header = cursor.ReadObjectHeader();
        if (header.Version > 3)
        {
            SkipTObject(ref cursor);
            cursor.ReadStringBytes();
        }
        var count = cursor.ReadCount(4, "list items");
        var items = new List<object?>(count);
        for (var i = 0; i < count; i++)
        {
            items.Add(ReadAny(ref cursor));
            if (header.Version > 3)
                cursor.ReadStringBytes();
        }
        MoveToEnd(ref cursor, header);
        return new ListRecord(items);
    }

    /// <summary>TNamed: name and title.</summary>
    public static (string Name, string Title) ReadNamed(ref RootCursor cursor)
    {
        var header = cursor.ReadObjectHeader();
        SkipTObject(ref cursor);
        var name = cursor.ReadString();
        var title = cursor.ReadString();
        MoveToEnd(ref cursor, header);
        return (name, title);
    }

    /// <summary>Moves behind an object, whatever of it was read.</summary>
    public static void MoveToEnd(ref RootCursor cursor, ObjectHeader header)
    {
        if (header.End < 0)
            return;
        if (cursor.Position > header.End)
            cursor.Throw($"an object that ends at {header.End}", $"content up to {cursor.Position}");
        cursor.Position = header.End;
    }

    /// <summary>TObject: version, id, bits, and a process id where something refers to the object (bit 4).</summary>
    public static void SkipTObject(ref RootCursor cursor)
    {
        var header = cursor.ReadObjectHeader();
        cursor.Skip(4);
        if ((cursor.ReadUInt32() & 0x10) != 0)
            cursor.Skip(2);
        MoveToEnd(ref cursor, header);
    }

    private ListRecord ReadObjArray(ref RootCursor cursor)
    {
        var header = cursor.ReadObjectHeader();
        if (header.Version > 2)
            SkipTObject(ref cursor);
        if (header.Version > 1)
            cursor.ReadStringBytes();
        var count = cursor.ReadCount(4, "array items");
        cursor.Skip(4); // lower bound
        var items = new List<object?>(count);
        for (var i = 0; i < count; i++)
            items.Add(ReadAny(ref cursor));
        MoveToEnd(ref cursor, header);
        return new ListRecord(items);
    }

    private uint Reference(int position) => (uint)(position + keyLength + ReferenceOffset);

    private static StreamedRecord Create(string className) => className switch
    {
        "TTree" or "TNtuple" or "TNtupleD" => new TreeRecord(),
        _ when className.StartsWith("TBranch", StringComparison.Ordinal) => new BranchRecord(className),
        _ when className.StartsWith("TLeaf", StringComparison.Ordinal) => new LeafRecord(className),
        _ => new StreamedRecord(),
    };
}
