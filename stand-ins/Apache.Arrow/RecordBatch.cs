using Apache.Arrow.Memory;
using Apache.Arrow.Types;

namespace Apache.Arrow;

/// <summary>Arrays of one length, one a field of the schema.</summary>
public class RecordBatch : IArrowRecord
{
    private readonly List<IArrowArray> _arrays;

    public RecordBatch(Schema schema, IEnumerable<IArrowArray> data, int length)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Schema = schema;
        _arrays = data.ToList();
        Length = length;
    }

    public Schema Schema { get; }

    public int ColumnCount => _arrays.Count;

    public IEnumerable<IArrowArray> Arrays => _arrays;

    public int Length { get; }

    IRecordType IArrowRecord.Schema => Schema;

    int IArrowArray.Offset => 0;

    int IArrowArray.NullCount => 0;

    ArrayData IArrowArray.Data => new(
        new StructType(Schema.FieldsList), Length, 0, 0, [ArrowBuffer.Empty], _arrays.Select(array => array.Data).ToArray());

    public IArrowArray Column(int i) => _arrays[i];

    public IArrowArray Column(string columnName) => Column(columnName, null);

    public IArrowArray Column(string columnName, IEqualityComparer<string>? comparer) => _arrays[Schema.GetFieldIndex(columnName, comparer)];

    /// <summary>A view of some of the rows; nothing is copied.</summary>
    public RecordBatch Slice(int offset, int length)
    {
        if (offset > Length)
            throw new ArgumentException($"Offset {offset} cannot be greater than the length {Length} of the batch.", nameof(offset));
        length = Math.Min(Length - offset, length);
        return new RecordBatch(Schema, _arrays.Select(array => ArrowArrayFactory.Slice(array, offset, length)), length);
    }

    public void Accept(IArrowArrayVisitor visitor)
    {
        if (visitor is IArrowArrayVisitor<IArrowRecord> records and not IArrowArrayVisitor<RecordBatch>)
            records.Visit(this);
        else
            Array.Accept(this, visitor);
    }

    bool IArrowArray.IsNull(int index) => false;

    bool IArrowArray.IsValid(int index) => true;

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    public override string ToString() => $"{nameof(RecordBatch)}: {ColumnCount} columns by {Length} rows";

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        foreach (var array in _arrays)
            array.Dispose();
    }

    /// <summary>Makes schema and batch together, column by column.</summary>
    public class Builder
    {
        private readonly MemoryAllocator? _allocator;
        private readonly Schema.Builder _schema = new();
        private readonly List<IArrowArray> _columns = [];

        public Builder(MemoryAllocator? allocator = default) => _allocator = allocator;

        public Builder Append<TArray>(string name, bool nullable, IArrowArrayBuilder<TArray> builder)
            where TArray : IArrowArray
        {
            ArgumentNullException.ThrowIfNull(builder);
            return Append(name, nullable, builder.Build(_allocator));
        }

        public Builder Append<TArray>(string name, bool nullable, TArray array)
            where TArray : IArrowArray
        {
            _schema.Field(new Field(name, array.Data.DataType, nullable));
            _columns.Add(array);
            return this;
        }

        public Builder Clear()
        {
            _schema.Clear();
            _columns.Clear();
            return this;
        }

        public RecordBatch Build() => new(_schema.Build(), _columns, _columns.Count == 0 ? 0 : _columns.Max(column => column.Length));
    }
}
