namespace DaprHep.Root;

/// <summary>The type of a column's values.</summary>
public enum DataType
{
    /// <summary>8-bit signed integer (<see cref="sbyte"/>).</summary>
    Int8,

    /// <summary>8-bit unsigned integer (<see cref="byte"/>).</summary>
    UInt8,

    /// <summary>16-bit signed integer (<see cref="short"/>).</summary>
    Int16,

    /// <summary>16-bit unsigned integer (<see cref="ushort"/>).</summary>
    UInt16,

    /// <summary>32-bit signed integer (<see cref="int"/>).</summary>
    Int32,

    /// <summary>32-bit unsigned integer (<see cref="uint"/>).</summary>
    UInt32,

    /// <summary>64-bit signed integer (<see cref="long"/>).</summary>
    Int64,

    /// <summary>64-bit unsigned integer (<see cref="ulong"/>).</summary>
    UInt64,

    /// <summary>32-bit floating point (<see cref="float"/>).</summary>
    Float32,

    /// <summary>64-bit floating point (<see cref="double"/>).</summary>
    Float64,

    /// <summary>Truth value (<see cref="bool"/>), one byte, 0 or 1.</summary>
    Bool,

    /// <summary>Bytes of characters with a length.</summary>
    String,
}
