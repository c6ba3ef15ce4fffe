using System.Collections;

namespace TorchSharp.Utils;

/// <summary>The elements of a CPU tensor in row-major order.</summary>
public sealed class TensorAccessor<T> : IEnumerable<T> where T : unmanaged
{
    private readonly torch.Tensor _tensor;

    internal TensorAccessor(torch.Tensor tensor)
    {
        if (torch.Tensor.ScalarTypeOf(typeof(T)) != tensor.dtype)
            throw new ArgumentException($"a tensor of {tensor.dtype} cannot be read as {typeof(T).Name}");
        _tensor = tensor;
    }

    public long Count => _tensor.NumberOfElements;

    private unsafe Span<T> Elements => new((void*)_tensor.Address(), checked((int)Count));

    public T[] ToArray() => Elements.ToArray();

    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0) =>
        Elements[checked((int)tensorIndex)..].CopyTo(array[arrayIndex..]);

    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0) =>
        array[arrayIndex..].CopyTo(Elements[checked((int)tensorIndex)..]);

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)ToArray()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
