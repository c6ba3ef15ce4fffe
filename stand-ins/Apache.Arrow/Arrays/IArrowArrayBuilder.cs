using Apache.Arrow.Memory;

namespace Apache.Arrow;

public interface IArrowArrayBuilder
{
    int Length { get; }
}

public interface IArrowArrayBuilder<out TArray> : IArrowArrayBuilder
    where TArray : IArrowArray
{
    TArray Build(MemoryAllocator? allocator);
}

public interface IArrowArrayBuilder<out TArray, out TBuilder> : IArrowArrayBuilder<TArray>
    where TArray : IArrowArray
    where TBuilder : IArrowArrayBuilder<TArray>
{
    TBuilder Reserve(int capacity);

    TBuilder Resize(int length);

    TBuilder Clear();

    TBuilder AppendNull();
}

public interface IArrowArrayBuilder<T, out TArray, out TBuilder> : IArrowArrayBuilder<TArray, TBuilder>
    where TArray : IArrowArray
    where TBuilder : IArrowArrayBuilder<TArray>
{
    TBuilder Append(T value);

    TBuilder Append(ReadOnlySpan<T> span);

    TBuilder AppendRange(IEnumerable<T> values);

    TBuilder Swap(int i, int j);

    TBuilder Set(int index, T value);
}
