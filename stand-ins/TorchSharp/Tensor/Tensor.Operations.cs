using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        // Movement and copies.

        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            To(type, device, copy, disposeAfter);

        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            To(dtype, device, copy, disposeAfter);

        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            To(type, device, copy, disposeAfter);

        public Tensor cpu() => To(dtype, CPU, copy: false, disposeAfter: false);

        public Tensor @long() => to(ScalarType.Int64);

        public Tensor @float() => to(ScalarType.Float32);

        public Tensor @double() => to(ScalarType.Float64);

        public Tensor clone() => Made(LibTorch.dht_clone(Native, out var result), result);

        public Tensor contiguous() => Made(LibTorch.dht_contiguous(Native, out var result), result);

        public Tensor detach() => Made(LibTorch.dht_detach(Native, out var result), result);

        public Tensor copy_(Tensor source, bool nonBlocking = false) => Changed(LibTorch.dht_copy_(Native, source.Native));

        // Shape and selection.

        public unsafe Tensor view(params long[] shape)
        {
            fixed (long* sizes = shape)
                return Made(LibTorch.dht_view(Native, sizes, shape.Length, out var result), result);
        }

        public unsafe Tensor reshape(params long[] shape)
        {
            fixed (long* sizes = shape)
                return Made(LibTorch.dht_reshape(Native, sizes, shape.Length, out var result), result);
        }

        public Tensor narrow(long dim, long start, long length) =>
            Made(LibTorch.dht_narrow(Native, dim, start, length, out var result), result);

        public Tensor transpose(long dim0, long dim1) => Made(LibTorch.dht_transpose(Native, dim0, dim1, out var result), result);

        public Tensor t() => transpose(0, 1);

        public Tensor index_select(long dim, Tensor index) =>
            Made(LibTorch.dht_index_select(Native, dim, index.Native, out var result), result);

        // Filling in place.

        public Tensor fill_(Scalar value) => Changed(LibTorch.dht_fill_(Native, value.Value));

        public Tensor zero_() => Changed(LibTorch.dht_fill_(Native, 0));

        public Tensor uniform_(double from, double to, Generator? generator = null) => Changed(LibTorch.dht_uniform_(Native, from, to));

        // Arithmetic.

        public Tensor add(Tensor target) => Made(LibTorch.dht_add(Native, target.Native, out var result), result);

        public Tensor sub(Tensor target) => Made(LibTorch.dht_sub(Native, target.Native, out var result), result);

        public Tensor mul(Tensor target) => Made(LibTorch.dht_mul(Native, target.Native, out var result), result);

        public Tensor div(Tensor target) => Made(LibTorch.dht_div(Native, target.Native, out var result), result);

        public Tensor add(Scalar scalar) => Made(LibTorch.dht_add_scalar(Native, scalar.Value, out var result), result);

        public Tensor mul(Scalar target) => Made(LibTorch.dht_mul_scalar(Native, target.Value, out var result), result);

        public Tensor matmul(Tensor target) => Made(LibTorch.dht_matmul(Native, target.Native, out var result), result);

        public Tensor eq(Tensor target) => Made(LibTorch.dht_eq(Native, target.Native, out var result), result);

        public Tensor relu() => Made(LibTorch.dht_relu(Native, 0, out var result), result);

        public Tensor sigmoid() => Made(LibTorch.dht_sigmoid(Native, out var result), result);

        public Tensor tanh() => Made(LibTorch.dht_tanh(Native, out var result), result);

        public Tensor softmax(long dim) => Made(LibTorch.dht_softmax(Native, dim, out var result), result);

        public Tensor log_softmax(long dim) => Made(LibTorch.dht_log_softmax(Native, dim, out var result), result);

        public static Tensor operator +(Tensor left, Tensor right) => left.add(right);

        public static Tensor operator +(Tensor left, Scalar right) => left.add(right);

        public static Tensor operator -(Tensor left, Tensor right) => left.sub(right);

        public static Tensor operator *(Tensor left, Tensor right) => left.mul(right);

        public static Tensor operator *(Tensor left, Scalar right) => left.mul(right);

        public static Tensor operator /(Tensor left, Tensor right) => left.div(right);

        // Reductions.

        public Tensor sum() => Made(LibTorch.dht_sum(Native, out var result), result);

        public Tensor mean() => Made(LibTorch.dht_mean(Native, out var result), result);

        public Tensor argmax(long dim, bool keepdim = false) =>
            Made(LibTorch.dht_argmax(Native, dim, keepdim ? 1 : 0, out var result), result);

        public bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false)
        {
            LibTorch.Check(LibTorch.dht_allclose(Native, target.Native, rtol, atol, equal_nan ? 1 : 0, out var result));
            return result != 0;
        }

        internal static Tensor Made(IntPtr error, TensorHandle result)
        {
            LibTorch.Check(error);
            return new Tensor(result);
        }

        private Tensor Changed(IntPtr error)
        {
            LibTorch.Check(error);
            return this;
        }

        private Tensor To(ScalarType type, Device device, bool copy, bool disposeAfter)
        {
            var result = Made(
                LibTorch.dht_to(Native, (sbyte)type, (int)device.type, device.index, copy ? 1 : 0, out var handle), handle);
            if (disposeAfter)
                Dispose();
            return result;
        }
    }
}
