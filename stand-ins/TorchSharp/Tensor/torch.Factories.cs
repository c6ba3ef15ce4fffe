using System.Runtime.InteropServices;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static Tensor empty(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Empty(size, dtype ?? ScalarType.Float32, device, requires_grad);

    public static Tensor zeros(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Empty(size, dtype ?? ScalarType.Float32, device, requiresGrad: false).zero_().requires_grad_(requires_grad);

    public static Tensor ones(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Empty(size, dtype ?? ScalarType.Float32, device, requiresGrad: false).fill_(1).requires_grad_(requires_grad);

    /// <summary>Uniform in [0, 1).</summary>
    public static Tensor rand(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Empty(size, dtype ?? ScalarType.Float32, device, requiresGrad: false).uniform_(0, 1).requires_grad_(requires_grad);

    /// <summary>A tensor of one element, without dimensions.</summary>
    public static Tensor tensor(float scalar, Device? device = null, bool requires_grad = false) =>
        Placed(Shared(new[] { scalar }, []), null, device, requires_grad);

    /// <summary>A copy of an array.</summary>
    public static Tensor tensor(float[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Placed(Shared((float[])rawArray.Clone(), [rawArray.LongLength]), dtype, device, requires_grad);

    /// <inheritdoc cref="tensor(float[], ScalarType?, Device?, bool)"/>
    public static Tensor tensor(
        float[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Placed(Shared((float[])rawArray.Clone(), dimensions), dtype, device, requires_grad);

    /// <inheritdoc cref="tensor(float[], ScalarType?, Device?, bool)"/>
    public static Tensor tensor(long[] dataArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Placed(Shared((long[])dataArray.Clone(), [dataArray.LongLength]), dtype, device, requires_grad);

    /// <summary>A tensor of the array's own shape over the array's own memory, which stays pinned while the tensor lives.</summary>
    public static Tensor from_array(Array rawArray, Device? device = null)
    {
        var shape = new long[rawArray.Rank];
        for (var i = 0; i < shape.Length; i++)
            shape[i] = rawArray.GetLength(i);
        return Placed(Shared(rawArray, shape), null, device, requiresGrad: false);
    }

    /// <summary>
    /// A 1-dimensional tensor over <paramref name="count"/> elements of an array (−1: the rest) from element
    /// <paramref name="offset"/> on. It shares the array's memory, which stays pinned while the tensor lives.
    /// </summary>
    /// <exception cref="ArgumentException">The offset lies outside the array.</exception>
    /// <exception cref="IndexOutOfRangeException">The count goes past its end.</exception>
    public static Tensor frombuffer(Array rawArray, ScalarType dtype, long count = -1, long offset = 0, bool requires_grad = false)
    {
        if (offset < 0 || offset >= rawArray.LongLength)
            throw new ArgumentException($"invalid value for 'offset': {offset}", nameof(offset));
        if (count < 0)
            count = rawArray.LongLength - offset;
        if (count > rawArray.LongLength - offset)
            throw new IndexOutOfRangeException($"element count is too large: {count}");
        return Placed(Shared(rawArray, [count], offset), dtype, CPU, requires_grad);
    }

    public static unsafe Tensor cat(IList<Tensor> tensors, long dim = 0)
    {
        using var handles = new HandleList(tensors.ToArray());
        fixed (IntPtr* raw = handles.Raw)
            return Tensor.Made(LibTorch.dht_cat(raw, tensors.Count, dim, out var result), result);
    }

    public static Tensor matmul(Tensor input, Tensor target) => input.matmul(target);

    private static unsafe Tensor Empty(ReadOnlySpan<long> size, ScalarType dtype, Device? device, bool requiresGrad)
    {
        device ??= CPU;
        fixed (long* sizes = size)
        {
            var error = LibTorch.dht_empty(sizes, size.Length, (sbyte)dtype, (int)device.type, device.index, out var result);
            return Tensor.Made(error, result).requires_grad_(requiresGrad);
        }
    }

    private static unsafe Tensor Shared(Array array, ReadOnlySpan<long> dimensions, long offset = 0)
    {
        var type = Tensor.ScalarTypeOf(array.GetType().GetElementType()!);
        long elements = 1;
        foreach (var size in dimensions)
            elements = checked(elements * size);
        if (elements > array.LongLength - offset)
            throw new ArgumentException($"mismatched total size creating a tensor from an array: {elements} vs. {array.LongLength}");

        var pin = GCHandle.Alloc(array, GCHandleType.Pinned);
        var first = (byte*)pin.AddrOfPinnedObject() + offset * Marshal.SizeOf(array.GetType().GetElementType()!);
        fixed (long* sizes = dimensions)
        {
            var error = LibTorch.dht_tensor_from_memory(
                first, sizes, dimensions.Length, (sbyte)type, &Unpin, GCHandle.ToIntPtr(pin), out var result);
            if (error != IntPtr.Zero)
                pin.Free();
            return Tensor.Made(error, result);
        }
    }

    private static Tensor Placed(Tensor shared, ScalarType? dtype, Device? device, bool requiresGrad)
    {
        var placed = shared;
        if ((dtype ?? shared.dtype) != shared.dtype)
            placed = placed.to(dtype!.Value, disposeAfter: true);
        if (device is not null && device.type != DeviceType.CPU)
            placed = placed.to(device, disposeAfter: true);
        return requiresGrad ? placed.requires_grad_() : placed;
    }

    [UnmanagedCallersOnly]
    private static void Unpin(IntPtr pin) => GCHandle.FromIntPtr(pin).Free();
}
