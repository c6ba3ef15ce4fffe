using Apache.Arrow.Memory;

namespace Apache.Arrow;

public abstract class PrimitiveArrayBuilder<T, TArray, TBuilder> : IArrowArrayBuilder<T, TArray, TBuilder>
    where T : struct
    where TArray : IArrowArray
    where TBuilder : class, IArrowArrayBuilder<TArray>
{
    protected PrimitiveArrayBuilder()
    {
    }

    public int Length => ValueBuffer.Length;

    protected TBuilder Instance => (this as TBuilder)!;

    protected ArrowBuffer.Builder<T> ValueBuffer { get; } = new();

    protected ArrowBuffer.BitmapBuilder ValidityBuffer { get; } = new();

    protected int NullCount => ValidityBuffer.UnsetBitCount;

    public TBuilder Resize(int length)
    {
        ValueBuffer.Resize(length);
        ValidityBuffer.Resize(length);
        return Instance;
    }

    public TBuilder Reserve(int capacity)
    {
        ValueBuffer.Reserve(capacity);
        ValidityBuffer.Reserve(capacity);
        return Instance;
    }

    public TBuilder Append(T value)
    {
        ValueBuffer.Append(value);
        ValidityBuffer.Append(true);
        return Instance;
    }

    public TBuilder Append(T? value) => value is { } some ? Append(some) : AppendNull();

    public TBuilder Append(ReadOnlySpan<T> span)
    {
        ValueBuffer.Append(span);
        ValidityBuffer.AppendRange(true, span.Length);
        return Instance;
    }

    public TBuilder AppendRange(IEnumerable<T> values)
    {
        int before = ValueBuffer.Length;
        ValueBuffer.AppendRange(values);
        ValidityBuffer.AppendRange(true, ValueBuffer.Length - before);
        return Instance;
    }

    public TBuilder AppendNull()
    {
        ValueBuffer.Append(default(T));
        ValidityBuffer.Append(false);
        return Instance;
    }

    public TBuilder Clear()
    {
        ValueBuffer.Clear();
        ValidityBuffer.Clear();
        return Instance;
    }

    public TBuilder Set(int index, T value)
    {
        ValidityBuffer.Set(index, true);
        ValueBuffer.Span[index] = value;
        return Instance;
    }

    public TBuilder Swap(int i, int j)
    {
        ValidityBuffer.Swap(i, j);
        (ValueBuffer.Span[i], ValueBuffer.Span[j]) = (ValueBuffer.Span[j], ValueBuffer.Span[i]);
        return Instance;
    }

    public TArray Build(MemoryAllocator? allocator = default)
    {
        var validity = NullCount > 0 ? ValidityBuffer.Build(allocator) : ArrowBuffer.Empty;
        return Build(ValueBuffer.Build(allocator), validity, Length, NullCount, 0);
    }

    protected abstract TArray Build(ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset);
}
