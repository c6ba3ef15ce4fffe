namespace Apache.Arrow;

/// <summary>A typed view of <see cref="ArrayData"/>.</summary>
public abstract class Array : IArrowArray
{
    protected Array(ArrayData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        Data = data;
    }

    public ArrayData Data { get; }

    public int Length => Data.Length;

    public int Offset => Data.Offset;

    public int NullCount => Data.GetNullCount();

    public ArrowBuffer NullBitmapBuffer => Data.Buffers[0];

    public virtual void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);

    public bool IsValid(int index) =>
        NullCount == 0 || NullBitmapBuffer.IsEmpty || BitUtility.GetBit(NullBitmapBuffer.Span, index + Offset);

    public bool IsNull(int index) => !IsValid(index);

    /// <summary>A view of some of the values; nothing is copied.</summary>
    public Array Slice(int offset, int length) => (Array)ArrowArrayFactory.Slice(this, offset, length);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    internal static void Accept<T>(T array, IArrowArrayVisitor visitor)
        where T : class, IArrowArray
    {
        if (visitor is IArrowArrayVisitor<T> typed)
            typed.Visit(array);
        else
            visitor.Visit(array);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
            Data.Dispose();
    }
}
