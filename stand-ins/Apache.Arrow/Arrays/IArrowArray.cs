using Apache.Arrow.Types;

namespace Apache.Arrow;

public interface IArrowArray : IDisposable
{
    int Length { get; }

    int Offset { get; }

    int NullCount { get; }

    ArrayData Data { get; }

    bool IsNull(int index);

    bool IsValid(int index);

    void Accept(IArrowArrayVisitor visitor);
}

/// <summary>An array of records: a record batch or a struct array.</summary>
public interface IArrowRecord : IArrowArray
{
    IRecordType Schema { get; }

    int ColumnCount { get; }

    IArrowArray Column(string columnName, IEqualityComparer<string>? comparer = default);

    IArrowArray Column(int columnIndex);
}

public interface IArrowArrayVisitor
{
    void Visit(IArrowArray array);
}

public interface IArrowArrayVisitor<T> : IArrowArrayVisitor
    where T : IArrowArray
{
    void Visit(T array);
}
