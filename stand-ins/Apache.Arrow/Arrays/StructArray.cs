using Apache.Arrow.Types;

namespace Apache.Arrow;

/// <summary>Records: one child array a field.</summary>
public class StructArray : Array, IArrowRecord
{
    private IReadOnlyList<IArrowArray>? _fields;

    public StructArray(
        IArrowType dataType,
        int length,
        IEnumerable<IArrowArray> children,
        ArrowBuffer nullBitmapBuffer,
        int nullCount = 0,
        int offset = 0)
        : this(new ArrayData(dataType, length, nullCount, offset, [nullBitmapBuffer], children.Select(child => child.Data).ToArray()))
    {
    }

    public StructArray(ArrayData data)
        : base(data)
    {
        data.EnsureDataType(ArrowTypeId.Struct);
        data.EnsureBufferCount(1);
        data.EnsureChildCount(((StructType)data.DataType).Fields.Count);
    }

    /// <summary>The children, cut to this array's offset and length.</summary>
    public IReadOnlyList<IArrowArray> Fields => LazyInitializer.EnsureInitialized(ref _fields, MakeFields);

    IRecordType IArrowRecord.Schema => (StructType)Data.DataType;

    int IArrowRecord.ColumnCount => Fields.Count;

    public override void Accept(IArrowArrayVisitor visitor)
    {
        if (visitor is IArrowArrayVisitor<IArrowRecord> records and not IArrowArrayVisitor<StructArray>)
            records.Visit(this);
        else
            Accept(this, visitor);
    }

    IArrowArray IArrowRecord.Column(string columnName, IEqualityComparer<string>? comparer) =>
        Fields[((StructType)Data.DataType).GetFieldIndex(columnName, comparer)];

    IArrowArray IArrowRecord.Column(int columnIndex) => Fields[columnIndex];

    private IReadOnlyList<IArrowArray> MakeFields() =>
        System.Array.ConvertAll(Data.Children, child => ArrowArrayFactory.BuildArray(
            Offset == 0 && child.Length == Length ? child : child.Slice(Offset, Length)));
}
