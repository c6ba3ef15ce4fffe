using TorchSharp.Native;

namespace TorchSharp;

/// <summary>PyTorch's name space: tensors, layers, optimizers and the switches of the library.</summary>
public static partial class torch
{
    public const ScalarType uint8 = ScalarType.Byte;
    public const ScalarType int8 = ScalarType.Int8;
    public const ScalarType int16 = ScalarType.Int16;
    public const ScalarType int32 = ScalarType.Int32;
    public const ScalarType int64 = ScalarType.Int64;
    public const ScalarType float32 = ScalarType.Float32;
    public const ScalarType float64 = ScalarType.Float64;
    public const ScalarType @bool = ScalarType.Bool;

    /// <summary>The element types, numbered as libtorch numbers them.</summary>
    public enum ScalarType : sbyte
    {
        Byte = 0,
        Int8 = 1,
        Int16 = 2,
        Int32 = 3,
        Int64 = 4,
        Float16 = 5,
        Float32 = 6,
        Float64 = 7,
        Bool = 11,
        BFloat16 = 15,
    }

    /// <summary>The version of the libtorch that does the work.</summary>
    public static string __version__ => System.Runtime.InteropServices.Marshal.PtrToStringUTF8(LibTorch.dht_torch_version())!;

    /// <summary>Seeds libtorch's default generators on every device.</summary>
    public static Generator manual_seed(long seed)
    {
        LibTorch.Check(LibTorch.dht_manual_seed(seed));
        return Generator.Default;
    }

    /// <summary>Sets how many threads one operation may use on the CPU.</summary>
    public static void set_num_threads(int num) => LibTorch.Check(LibTorch.dht_set_num_threads(num));

    /// <summary>How many threads one operation may use on the CPU.</summary>
    public static int get_num_threads() => LibTorch.dht_get_num_threads();

    /// <summary>Whether operations of this thread are recorded for gradients.</summary>
    public static bool is_grad_enabled() => LibTorch.dht_is_grad_enabled() != 0;

    /// <summary>Turns recording off on this thread until the result is disposed.</summary>
    public static IDisposable no_grad() => new GradMode(enabled: false);

    /// <summary>Tensors made on this thread from now on are disposed with the scope.</summary>
    public static DisposeScope NewDisposeScope() => new();

    /// <summary>CUDA devices.</summary>
    public static class cuda
    {
        /// <summary>Whether libtorch was built with CUDA and finds a device.</summary>
        public static bool is_available() => LibTorch.dht_is_cuda_available() != 0;

        /// <summary>How many devices there are to use.</summary>
        public static int device_count() => LibTorch.dht_cuda_device_count();
    }

    /// <summary>The state of libtorch's random numbers; only the default generator is exposed.</summary>
    public sealed class Generator
    {
        private Generator()
        {
        }

        public static Generator Default { get; } = new();

        public Generator manual_seed(long seed) => torch.manual_seed(seed);
    }

    private sealed class GradMode : IDisposable
    {
        private readonly int _before = LibTorch.dht_is_grad_enabled();

        internal GradMode(bool enabled) => LibTorch.dht_set_grad_enabled(enabled ? 1 : 0);

        public void Dispose() => LibTorch.dht_set_grad_enabled(_before);
    }
}
