namespace DaprHep.Root;

/// <summary>Reads the record that describes all classes of a file: a TList of TStreamerInfo.</summary>
internal static class StreamerInfoReader
{
    public static StreamerRegistry Read(ReadOnlySpan<byte> record, int keyLength, RecordLocation location)
    {
        var registry = new StreamerRegistry();
        var cursor = new RootCursor(record, location);
        var objects = new ObjectReader(registry, keyLength);
        foreach (var item in objects.ReadList(ref cursor).Items)
        {
            if (item is StreamerInfoRecord info)
                registry.Add(new StreamerInfo(info.Name, info.Version, info.Checksum, info.Elements));
        }
        return registry;
    }

    /// <summary>TStreamerInfo: name, checksum, version, elements.</summary>
    public static StreamerInfoRecord ReadInfo(ref RootCursor cursor, ObjectReader objects)
    {
        var header = cursor.ReadObjectHeader();
        var name = ObjectReader.ReadNamed(ref cursor).Name;
        var checksum = cursor.ReadUInt32();
        var version = cursor.ReadInt32();
        var elements = new List<StreamerElement>();
        if (objects.ReadAny(ref cursor) is ListRecord list)
        {
            foreach (var item in list.Items)
            {
                if (item is ElementRecord record)
                    elements.Add(record.Element);
            }
        }
        ObjectReader.MoveToEnd(ref cursor, header);
        return new StreamerInfoRecord { Name = name, Version = version, Checksum = checksum, Elements = elements };
    }

    /// <summary>A TStreamerElement or one of its subclasses.</summary>
    public static ElementRecord ReadElement(ref RootCursor cursor, string kind)
    {
        var outer = kind == "TStreamerElement" ? default : cursor.ReadObjectHeader();
        if (kind == "TStreamerSTLstring")
            cursor.ReadObjectHeader(); // a subclass of TStreamerSTL
        var header = cursor.ReadObjectHeader();
        var (name, title) = ObjectReader.ReadNamed(ref cursor);
        var type = cursor.ReadInt32();
        cursor.Skip(4); // size in memory
        var arrayLength = cursor.ReadInt32();
        var rank = cursor.ReadInt32();
        var slots = header.Version == 1 ? cursor.ReadCount(4, "array dimensions") : 5;
        var dimensions = new List<int>();
        for (var i = 0; i < slots; i++)
        {
            var size = cursor.ReadInt32();
            if (i < rank)
                dimensions.Add(size);
        }
        var typeName = cursor.ReadString();
        ObjectReader.MoveToEnd(ref cursor, header);
        var element = new StreamerElement
        {
            Kind = kind, Name = name, Title = title, Type = type, ArrayLength = arrayLength, Dimensions = dimensions, TypeName = typeName,
        };
        switch (kind)
        {
            case "TStreamerBase" when outer.Version > 2:
                element = element with { BaseVersion = cursor.ReadInt32() };
                break;
            case "TStreamerBasicPointer" or "TStreamerLoop":
                cursor.Skip(4); // version of the class with the counter
                element = element with { CountName = cursor.ReadString() };
                break;
        }
        if (kind != "TStreamerElement")
            ObjectReader.MoveToEnd(ref cursor, outer);
        return new ElementRecord(element);
    }
}
