namespace Apache.Arrow.Types;

public abstract class NestedType : ArrowType
{
    protected NestedType(IReadOnlyList<Field> fields)
    {
        if (fields is null || fields.Count == 0)
            throw new ArgumentNullException(nameof(fields));
        Fields = fields;
    }

    protected NestedType(Field field)
    {
        ArgumentNullException.ThrowIfNull(field);
        Fields = [field];
    }

    public IReadOnlyList<Field> Fields { get; }
}

public sealed class ListType : NestedType
{
    public ListType(Field valueField)
        : base(valueField)
    {
    }

    public ListType(IArrowType valueDataType)
        : this(new Field("item", valueDataType, true))
    {
    }

    public override ArrowTypeId TypeId => ArrowTypeId.List;

    public override string Name => "list";

    public Field ValueField => Fields[0];

    public IArrowType ValueDataType => Fields[0].DataType;

    public override void Accept(IArrowTypeVisitor visitor) => Accept(this, visitor);
}

public sealed class LargeListType : NestedType
{
    public LargeListType(Field valueField)
        : base(valueField)
    {
    }

    public LargeListType(IArrowType valueDataType)
        : this(new Field("item", valueDataType, true))
    {
    }

    public override ArrowTypeId TypeId => ArrowTypeId.LargeList;

    public override string Name => "large_list";

    public Field ValueField => Fields[0];

    public IArrowType ValueDataType => Fields[0].DataType;

    public override void Accept(IArrowTypeVisitor visitor) => Accept(this, visitor);
}

public sealed class FixedSizeListType : NestedType
{
    public FixedSizeListType(Field valueField, int listSize)
        : base(valueField)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(listSize);
        ListSize = listSize;
    }

    public FixedSizeListType(IArrowType valueDataType, int listSize)
        : this(new Field("item", valueDataType, true), listSize)
    {
    }

    public override ArrowTypeId TypeId => ArrowTypeId.FixedSizeList;

    public override string Name => "fixed_size_list";

    public int ListSize { get; }

    public Field ValueField => Fields[0];

    public IArrowType ValueDataType => Fields[0].DataType;

    public override void Accept(IArrowTypeVisitor visitor) => Accept(this, visitor);
}

public sealed class StructType : NestedType, IRecordType
{
    public StructType(IReadOnlyList<Field> fields)
        : base(fields)
    {
    }

    public override ArrowTypeId TypeId => ArrowTypeId.Struct;

    public override string Name => "struct";

    int IRecordType.FieldCount => Fields.Count;

    public Field GetFieldByIndex(int index) => Fields[index];

    public Field? GetFieldByName(string name, IEqualityComparer<string>? comparer = default)
    {
        int index = GetFieldIndex(name, comparer);
        return index < 0 ? null : Fields[index];
    }

    Field? IRecordType.GetFieldByName(string name) => GetFieldByName(name);

    public int GetFieldIndex(string name, IEqualityComparer<string>? comparer = default)
    {
        comparer ??= StringComparer.Ordinal;
        for (int i = 0; i < Fields.Count; i++)
        {
            if (comparer.Equals(Fields[i].Name, name))
                return i;
        }

        return -1;
    }

    public override void Accept(IArrowTypeVisitor visitor) => Accept(this, visitor);
}

/// <summary>Values stored once, in a dictionary, and referred to by integer indices.</summary>
public sealed class DictionaryType : FixedWidthType
{
    public DictionaryType(IArrowType indexType, IArrowType valueType, bool ordered)
    {
        if (indexType is not IntegerType)
            throw new ArgumentException($"Dictionary indices must be integers, but are {indexType?.Name ?? "null"}.", nameof(indexType));
        IndexType = indexType;
        ValueType = valueType;
        Ordered = ordered;
    }

    public override ArrowTypeId TypeId => ArrowTypeId.Dictionary;

    public override string Name => "dictionary";

    public override int BitWidth => ((IntegerType)IndexType).BitWidth;

    public IArrowType IndexType { get; }

    public IArrowType ValueType { get; }

    public bool Ordered { get; }

    public override void Accept(IArrowTypeVisitor visitor) => Accept(this, visitor);
}
