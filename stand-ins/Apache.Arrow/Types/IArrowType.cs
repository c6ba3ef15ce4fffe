namespace Apache.Arrow.Types;

/// <summary>Identifies every logical type of the Arrow format; the order is that of the official package.</summary>
public enum ArrowTypeId
{
    Null,
    Boolean,
    UInt8,
    Int8,
    UInt16,
    Int16,
    UInt32,
    Int32,
    UInt64,
    Int64,
    HalfFloat,
    Float,
    Double,
    String,
    Binary,
    FixedSizedBinary,
    Date32,
    Date64,
    Timestamp,
    Time32,
    Time64,
    Interval,
    Decimal128,
    Decimal256,
    List,
    Struct,
    Union,
    Dictionary,
    Map,
    FixedSizeList,
    Duration,
    RecordBatch,
    BinaryView,
    StringView,
    ListView,
    LargeList,
    LargeBinary,
    LargeString,
    Decimal32,
    Decimal64,
    Extension,
    LargeListView,
    RunEndEncoded,
}

public interface IArrowType
{
    ArrowTypeId TypeId { get; }

    string Name { get; }

    bool IsFixedWidth { get; }

    void Accept(IArrowTypeVisitor visitor);
}

/// <summary>A type with named fields: a schema or a struct.</summary>
public interface IRecordType : IArrowType
{
    int FieldCount { get; }

    Field GetFieldByIndex(int index);

    Field? GetFieldByName(string name);

    int GetFieldIndex(string name, IEqualityComparer<string>? comparer);
}

public interface IArrowTypeVisitor
{
    void Visit(IArrowType type);
}

public interface IArrowTypeVisitor<in T> : IArrowTypeVisitor
    where T : IArrowType
{
    void Visit(T type);
}
