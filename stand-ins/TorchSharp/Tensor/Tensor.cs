using TorchSharp.Native;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>An n-dimensional array on a device, with its history where gradients are recorded.</summary>
    public partial class Tensor : IDisposable
    {
        internal Tensor(TensorHandle handle)
        {
            Native = handle;
            DisposeScope.Innermost?.Attach(this);
        }

        internal TensorHandle Native { get; private set; }

        /// <summary>Takes over a reference that other native code has made.</summary>
        public static Tensor UnsafeCreateTensor(IntPtr handle) => new(new TensorHandle(handle));

        /// <summary>The address of the native tensor; valid while this object lives.</summary>
        public IntPtr Handle => Native.DangerousGetHandle();

        internal DisposeScope? OwningScope { get; set; }

        /// <summary>The sizes of its dimensions.</summary>
        public unsafe long[] shape
        {
            get
            {
                var sizes = new long[Dimensions];
                fixed (long* first = sizes)
                    LibTorch.Check(LibTorch.dht_sizes(Native, first));
                return sizes;
            }
        }

        public long Dimensions => LibTorch.dht_dimensions(Native);

        public long NumberOfElements => LibTorch.dht_numel(Native);

        public long ElementSize => LibTorch.dht_element_size(Native);

        public ScalarType dtype => (ScalarType)LibTorch.dht_dtype(Native);

        public Device device
        {
            get
            {
                LibTorch.Check(LibTorch.dht_device(Native, out var type, out var index));
                return new Device((DeviceType)type, index);
            }
        }

        public bool requires_grad
        {
            get => LibTorch.dht_requires_grad(Native) != 0;
            set => LibTorch.Check(LibTorch.dht_set_requires_grad(Native, value ? 1 : 0));
        }

        /// <summary>The gradient that <see cref="backward()"/> left, or null.</summary>
        public Tensor? grad
        {
            get
            {
                LibTorch.Check(LibTorch.dht_grad(Native, out var result));
                return result.IsInvalid ? null : new Tensor(result);
            }
        }

        /// <summary>The memory of a contiguous CPU tensor; valid while the tensor lives.</summary>
        public unsafe Span<byte> bytes => new((void*)Address(), checked((int)(NumberOfElements * ElementSize)));

        public long numel() => NumberOfElements;

        public long dim() => Dimensions;

        public long size(int dim) => shape[dim < 0 ? dim + (int)Dimensions : dim];

        public bool is_contiguous() => LibTorch.dht_is_contiguous(Native) != 0;

        /// <summary>The elements of a CPU tensor in row-major order.</summary>
        public TensorAccessor<T> data<T>() where T : unmanaged => new(is_contiguous() ? this : contiguous());

        /// <summary>The value of a tensor with one element.</summary>
        public unsafe T item<T>() where T : unmanaged
        {
            if (NumberOfElements != 1)
                throw new ArgumentException($"item() needs one element, the tensor has {NumberOfElements}");
            if (device.type == DeviceType.CPU)
                return Element<T>(this);
            using var here = cpu();
            return Element<T>(here);
        }

        /// <summary>Gradients of this scalar for every leaf that asked for them.</summary>
        public void backward() => LibTorch.Check(LibTorch.dht_backward(Native));

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        /// <summary>Takes the tensor out of the scope that would dispose it.</summary>
        public Tensor DetachFromDisposeScope()
        {
            OwningScope?.Detach(this);
            return this;
        }

        /// <summary>Hands the tensor to the enclosing scope.</summary>
        public Tensor MoveToOuterDisposeScope()
        {
            OwningScope?.MoveToOuter(this);
            return this;
        }

        public void Dispose()
        {
            OwningScope?.MarkAsDisposed(this);
            Native.Dispose();
            GC.SuppressFinalize(this);
        }

        public override string ToString() => $"[{string.Join("x", shape)}], type = {dtype}, device = {device}";

        /// <summary>Leaves this object empty, as if disposed, and its tensor to the caller.</summary>
        internal TensorHandle GiveUpHandle()
        {
            DetachFromDisposeScope();
            var handle = Native;
            Native = new TensorHandle();
            Native.Dispose();
            return handle;
        }

        internal IntPtr Address()
        {
            if (device.type != DeviceType.CPU)
                throw new InvalidOperationException("the elements of a tensor can be read only on the CPU; call cpu() first");
            if (!is_contiguous())
                throw new InvalidOperationException("the elements of this tensor do not lie in row-major order; call contiguous() first");
            LibTorch.Check(LibTorch.dht_data(Native, out var data));
            return data;
        }

        internal static ScalarType ScalarTypeOf(Type type) => Type.GetTypeCode(type) switch
        {
            TypeCode.Byte => ScalarType.Byte,
            TypeCode.SByte => ScalarType.Int8,
            TypeCode.Int16 => ScalarType.Int16,
            TypeCode.Int32 => ScalarType.Int32,
            TypeCode.Int64 => ScalarType.Int64,
            TypeCode.Single => ScalarType.Float32,
            TypeCode.Double => ScalarType.Float64,
            TypeCode.Boolean => ScalarType.Bool,
            _ => throw new NotSupportedException($"{type} is not the type of a tensor's elements"),
        };

        private static unsafe T Element<T>(Tensor tensor) where T : unmanaged
        {
            if (ScalarTypeOf(typeof(T)) != tensor.dtype)
                throw new ArgumentException($"item<{typeof(T).Name}>() on a tensor of {tensor.dtype}");
            return *(T*)tensor.Address();
        }
    }
}
