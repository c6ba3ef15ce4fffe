using System.Runtime.InteropServices;

namespace TorchSharp.Native;

/// <summary>One reference to a libtorch tensor; released by Dispose or, failing that, by the finalizer.</summary>
internal sealed class TensorHandle : SafeHandle
{
    public TensorHandle() : base(IntPtr.Zero, ownsHandle: true)
    {
    }

    internal TensorHandle(IntPtr native) : this() => SetHandle(native);

    /// <summary>Stands for an optional tensor that is not given.</summary>
    internal static TensorHandle None { get; } = new();

    public override bool IsInvalid => handle == IntPtr.Zero;

    protected override bool ReleaseHandle()
    {
        LibTorch.dht_tensor_free(handle);
        return true;
    }
}
