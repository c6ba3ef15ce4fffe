using Apache.Arrow.Memory;
using Apache.Arrow.Types;

namespace Apache.Arrow;

/// <summary>Arrays of one length, one a field of the schema.</summary>
public class RecordBatch : IArrowRecord
{
    private readonly List<IArrowArray> arrays;

    public RecordBatch(Schema schema, IEnumerable<IArrowArray> data, int length)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Schema = schema;
        arrays = data.ToList();
        Length = length;
    }

    public Schema Schema { get; }

    public int ColumnCount => arrays.Count;

    public IEnumerable<IArrowArray> Arrays => arrays;

    public int Length { get; }

    IRecordType IArrowRecord.Schema => Schema;

    int IArrowArray.Offset => 0;

    int IArrowArray.NullCount => 0;

    ArrayData IArrowArray.Data => new(
        new StructType(Schema.FieldsList), Length, 0, 0, [ArrowBuffer.Empty], arrays.Select(array => array.Data).ToArray());

    public IArrowArray Column(int i) => arrays[i];

    public IArrowArray Column(string columnName) => Column(columnName, null);

    public IArrowArray Column(string columnName, IEqualityComparer<string>? comparer) => arrays[Schema.GetFieldIndex(columnName, comparer)];

    /// <summary>A view of some of the rows; nothing is copied.</summary>
    public RecordBatch Slice(int offset, int length)
    {
        if (offset > Length)
            throw new ArgumentException($"Offset {offset} cannot be greater than the length {Length} of the batch.", nameof(offset));
        length = Math.Min(Length - offset, length);
        return new RecordBatch(Schema, arrays.Select(array => ArrowArrayFactory.Slice(array, offset, length)), length);
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
        foreach (var array in arrays)
            array.Dispose();
    }

    /// <summary>Makes schema and batch together, column by column.</summary>
    public class Builder
    {
        private readonly MemoryAllocator? allocator;
        private readonly Schema.Builder schema = new();
        private readonly List<IArrowArray> columns = [];

        public Builder(MemoryAllocator? allocator = default) => this.allocator = allocator;

        public Builder Append<TArray>(string name, bool nullable, IArrowArrayBuilder<TArray> builder)
            where TArray : IArrowArray
        {
            ArgumentNullException.ThrowIfNull(builder);
            return Append(name, nullable, builder.Build(allocator));
        }

        public Builder Append<TArray>(string name, bool nullable, TArray array)
            where TArray : IArrowArray
        {
            schema.Field(new Field(name, array.Data.DataType, nullable));
            columns.Add(array);
            return this;
        }

        public Builder Clear()
        {
            schema.Clear();
            columns.Clear();
            return this;
        }

        public RecordBatch Build() => new(schema.Build(), columns, columns.Count == 0 ? 0 : columns.Max(column => column.Length));
    }
}
