namespace DaprHep.Root;

/// <summary>Sizes, names and C# types of <see cref="DataType"/>.</summary>
internal static class DataTypes
{
    public static int BytesOf(DataType type) => type switch
    {
        DataType.Int8 or DataType.UInt8 or DataType.Bool => 1,
        DataType.Int16 or DataType.UInt16 => 2,
        DataType.Int32 or DataType.UInt32 or DataType.Float32 => 4,
        _ => 8,
    };

    /// <summary>The C# keyword.</summary>
    public static string NameOf(DataType type) => type switch
    {
        DataType.Int8 => "sbyte",
        DataType.UInt8 => "byte",
        DataType.Int16 => "short",
        DataType.UInt16 => "ushort",
        DataType.Int32 => "int",
        DataType.UInt32 => "uint",
        DataType.Int64 => "long",
        DataType.UInt64 => "ulong",
        DataType.Float32 => "float",
        DataType.Float64 => "double",
        DataType.Bool => "bool",
        _ => "string",
    };

    /// <summary>The stored type that reads as <typeparamref name="T"/>; null if none does.</summary>
    public static DataType? Of<T>()
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return DataType.Float32;
        if (typeof(T) == typeof(int)) return DataType.Int32;
        if (typeof(T) == typeof(uint)) return DataType.UInt32;
        if (typeof(T) == typeof(double)) return DataType.Float64;
        if (typeof(T) == typeof(long)) return DataType.Int64;
        if (typeof(T) == typeof(ulong)) return DataType.UInt64;
        if (typeof(T) == typeof(short)) return DataType.Int16;
        if (typeof(T) == typeof(ushort)) return DataType.UInt16;
        if (typeof(T) == typeof(sbyte)) return DataType.Int8;
        if (typeof(T) == typeof(byte)) return DataType.UInt8;
        if (typeof(T) == typeof(bool)) return DataType.Bool;
        return null;
    }

    /// <summary>The C# keyword of a type asked for.</summary>
    public static string NameOf<T>()
        where T : unmanaged => Of<T>() is { } type ? NameOf(type) : typeof(T).Name;

    /// <summary>The values of a basic streamer type; null for one that needs more than a byte swap.</summary>
    public static DataType? OfElement(int basic) => basic switch
    {
        ElementType.Char or ElementType.LegacyChar => DataType.Int8,
        ElementType.UChar => DataType.UInt8,
        ElementType.Short => DataType.Int16,
        ElementType.UShort => DataType.UInt16,
        ElementType.Int or ElementType.Counter => DataType.Int32,
        ElementType.UInt => DataType.UInt32,
        ElementType.Long or ElementType.Long64 => DataType.Int64,
        ElementType.ULong or ElementType.ULong64 => DataType.UInt64,
        ElementType.Float => DataType.Float32,
        ElementType.Double => DataType.Float64,
        ElementType.Bool => DataType.Bool,
        _ => null,
    };

    /// <summary>The values of a plain leaf; null for strings, truncated and unknown leaves.</summary>
    public static DataType? OfLeaf(LeafRecord leaf) => (leaf.StreamedClass, leaf.IsUnsigned) switch
    {
        ("TLeafB", false) => DataType.Int8,
        ("TLeafB", true) => DataType.UInt8,
        ("TLeafS", false) => DataType.Int16,
        ("TLeafS", true) => DataType.UInt16,
        ("TLeafI", false) => DataType.Int32,
        ("TLeafI", true) => DataType.UInt32,
        ("TLeafL" or "TLeafG", false) => DataType.Int64,
        ("TLeafL" or "TLeafG", true) => DataType.UInt64,
        ("TLeafF", _) => DataType.Float32,
        ("TLeafD", _) => DataType.Float64,
        ("TLeafO", _) => DataType.Bool,
        _ => null,
    };
}
