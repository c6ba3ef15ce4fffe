namespace DaprHep.Root;

/// <summary>Builds the nodes that decode a class, member or C++ type, from the file's streamer info.</summary>
/// <param name="streamers">The layouts known.</param>
/// <param name="versions">Layouts to use for classes that the file describes in more than one version.</param>
internal sealed class NodeBuilder(StreamerRegistry streamers, IReadOnlyDictionary<string, StreamerInfo> versions)
{
    /// <summary>Deeper than any real class; stops classes that contain themselves.</summary>
    private const int MaximumDepth = 24;

    private int _depth;

    /// <summary>A value of a C++ type: number, string, collection or class.</summary>
    public ValueNode OfType(string typeName, string path) => OfType(CppType.Parse(typeName), path);

    /// <summary>One member of a class.</summary>
    /// <param name="element">The member.</param>
    /// <param name="path">Path of the member's value.</param>
    /// <param name="dimensions">Dimensions of a fixed array.</param>
    /// <param name="counters">Columns of the integer members before it.</param>
    public ValueNode OfElement(
        StreamerElement element, string path, IReadOnlyList<int> dimensions, Dictionary<string, ValueColumn>? counters = null)
    {
        var type = element.Type;
        var length = dimensions.Aggregate(1L, (a, b) => a * b);
        if (dimensions.Any(d => d <= 0) || length > int.MaxValue)
            throw new NotDecodableException($"an array of dimensions {string.Join("×", dimensions)}");
        var items = path + string.Concat(dimensions.Select(d => $"[{d}]"));
        switch (type)
        {
            case ElementType.Base:
                return OfType(element.Name, path);
            case ElementType.CharStar:
                return new StringNode(path, StringForm.Long);
            case > ElementType.Base and < ElementType.FixedArray:
                var number = OfBasic(type, path, element.Title);
                if (number is NumberNode { Column: var column } && counters is not null)
                    counters[element.Name] = column;
                return number;
            case > ElementType.FixedArray and < ElementType.PointerArray:
                return new FixedArrayNode((int)length, OfBasic(type - ElementType.FixedArray, items, element.Title));
            case > ElementType.PointerArray and < ElementType.PointerArray + 20:
                var item = OfBasic(type - ElementType.PointerArray, path + "[]", element.Title);
                if (counters is null)
                    return new CountedArrayNode(path, item, null);
                return counters.TryGetValue(element.CountName, out var counter)
                    ? new CountedArrayNode(path, item, counter)
                    : throw new NotDecodableException($"member {element.Name} is counted by '{element.CountName}', which is not before it");
            case ElementType.TString:
                return new StringNode(path, StringForm.Short);
            case ElementType.TObject:
                return new TObjectNode();
            case ElementType.TNamed:
                return OfType("TNamed", path);
            case ElementType.TString + ElementType.ObjectArray:
                return new FixedArrayNode((int)length, new StringNode(items, StringForm.Short));
            case ElementType.ObjectInPlacePointer or ElementType.AnyInPlacePointer or ElementType.StlPointer:
                return OfType(element.TypeName.TrimEnd('*', ' '), path); // a pointer that is never null: the object itself follows
            case ElementType.Object or ElementType.Any or ElementType.Stl or ElementType.StlString:
                return OfType(element.TypeName, path);
            case ElementType.Object + ElementType.ObjectArray or ElementType.Any + ElementType.ObjectArray
                or ElementType.Stl + ElementType.FixedArray or ElementType.StlString + ElementType.FixedArray:
                return new FixedArrayNode((int)length, OfType(element.TypeName, items));
            case ElementType.CustomStreamer when element.Kind is "TStreamerSTL" or "TStreamerSTLstring":
                return dimensions.Count == 0
                    ? OfType(element.TypeName, path)
                    : new FixedArrayNode((int)length, OfType(element.TypeName, items));
            case ElementType.ObjectPointer or ElementType.AnyPointer or ElementType.AnyPointerNoVirtualTable
                or ElementType.ObjectPointer + ElementType.ObjectArray or ElementType.AnyPointer + ElementType.ObjectArray:
                return new UndecodableNode($"member {element.Name} is a {element.TypeName}, a pointer to an object of any class");
            default:
                return new UndecodableNode(
                    $"member {element.Name} of type {element.TypeName} is written by its class' own code (type {type})");
        }
    }

    /// <summary>A number, truncated number or bit field.</summary>
    public static ValueNode OfBasic(int basic, string path, string title) => basic switch
    {
        ElementType.Bits => new BitsNode(path),
        ElementType.Double32 => new TruncatedNode(path, TruncatedRange.Parse(title), isDouble: true),
        ElementType.Float16 => new TruncatedNode(path, TruncatedRange.Parse(title), isDouble: false),
        ElementType.CharStar => new StringNode(path, StringForm.Long),
        _ when DataTypes.OfElement(basic) is { } type => new NumberNode(path, type),
        _ => throw new NotDecodableException($"numbers of type code {basic}"),
    };

    /// <summary>An object of a class that streamer info describes.</summary>
    private RecordNode OfClass(StreamerInfo info, string path, Dictionary<string, ValueColumn>? counters = null)
    {
        if (++_depth > MaximumDepth)
            throw new NotDecodableException($"{info.ClassName} contains itself");
        var isBase = counters is not null;
        counters ??= [];
        var members = new List<ValueNode>(info.Elements.Count);
        foreach (var element in info.Elements)
            members.Add(OfMember(element, path, counters));
        _depth--;
        return new RecordNode(info, members, isBase);
    }

    private ValueNode OfMember(StreamerElement element, string path, Dictionary<string, ValueColumn> counters)
    {
        if (element.Kind == "TStreamerBase")
        {
            // The members of a base stand beside the class' own.
            if (element.Name == "TObject")
                return new TObjectNode();
            return CppType.Parse(element.Name).Arguments.Count == 0 && Layout(element.Name, element.BaseVersion) is { } parent
                ? OfClass(parent, path, counters)
                : OfBase(element.Name, path, counters);
        }
        var member = $"{path}.{element.Name}";
        return OfElement(element, member, element.FixedDimensions, counters);
    }

    private ValueNode OfType(CppType type, string path)
    {
        if (CppNumbers.Find(type.Name) is { } basic && type.Arguments.Count == 0)
            return OfBasic(basic, path, "");
        if (type.IsPointer)
            return new UndecodableNode($"{type.Text} is a pointer to an object of any class");
        switch (type.Name)
        {
            case "string":
                return new StringNode(path, StringForm.Member);
            case "TString":
                return new StringNode(path, StringForm.Short);
            case "TObject":
                return new TObjectNode();
            case "TObjArray" or "TList" or "THashList" or "TClonesArray" or "TMap" or "TCollection" or "TSeqCollection":
                return new UndecodableNode($"a {type.Name} holds objects of any class");
            case "TRef":
                return new TRefNode(path);
            case "TRefArray":
                return new TRefArrayNode(path);
            case "TDatime":
                return new NumberNode(path + ".fDatime", DataType.UInt32);
            case "TArrayC" or "TArrayS" or "TArrayI" or "TArrayL" or "TArrayL64" or "TArrayF" or "TArrayD":
                return new ArrayObjectNode(path, ArrayObjectNode.ItemOf(type.Name));
            case "bitset":
                return new ListNode(path, new NumberNode(path + "[]", DataType.Bool));
            case "vector" or "list" or "deque" or "forward_list" or "set" or "multiset" or "unordered_set" or "unordered_multiset"
                or "RVec" or "ROOT::VecOps::RVec" or "ROOT::RVec" when type.Arguments.Count > 0:
                return new ListNode(path, OfType(type.Arguments[0], path + "[]"));
            case "map" or "multimap" or "unordered_map" or "unordered_multimap" when type.Arguments.Count > 1:
                return new ListNode(path, OfPair(type.Arguments[0], type.Arguments[1], path + "[]"));
            case "TMatrixTSym" when type.Arguments.Count == 1 && Layout($"TMatrixTBase<{type.Arguments[0].Text}>", 0) is { } parent:
                var elements = CppNumbers.Find(type.Arguments[0].Name) is { } code ? DataTypes.OfElement(code) : null;
                return new SymmetricMatrixNode(path, OfClass(parent, path), elements ?? DataType.Float64);
        }
        if (Layout(type.Text, 0) is { Elements: [{ Name: "This" }] })
            return new UndecodableNode($"{type.Text} is a collection class of its own");
        return Layout(type.Text, 0) is { } info
            ? OfClass(info, path)
            : new UndecodableNode($"class {type.Text} is not described in the file's streamer info");
    }

    /// <summary>A base class that is a template: a collection, or a class described under its full name.</summary>
    private ValueNode OfBase(string className, string path, Dictionary<string, ValueColumn> counters) =>
        OfType(className, path) switch
        {
            RecordNode when Layout(className, 0) is { } parent => OfClass(parent, path, counters),
            var other => other,
        };

    private TupleNode OfPair(CppType first, CppType second, string path) =>
        new([OfType(first, path + ".0"), OfType(second, path + ".1")]);

    private StreamerInfo? Layout(string className, int version) =>
        versions.GetValueOrDefault(className)
        ?? (version > 0 ? streamers.Find(className, version) : null)
        ?? streamers.Newest(className)
        ?? BuiltInStreamers.Find(className, version);
}
