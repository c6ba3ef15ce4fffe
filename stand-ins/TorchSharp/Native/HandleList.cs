using static TorchSharp.torch;

namespace TorchSharp.Native;

/// <summary>The raw handles of several tensors, held alive while a native call reads them.</summary>
internal readonly struct HandleList : IDisposable
{
    private readonly TensorHandle[] _held;

    internal HandleList(IReadOnlyList<Tensor> tensors)
    {
        _held = new TensorHandle[tensors.Count];
        Raw = new IntPtr[tensors.Count];
        for (var i = 0; i < _held.Length; i++)
        {
            var handle = tensors[i].Native;
            var added = false;
            handle.DangerousAddRef(ref added);
            _held[i] = handle;
            Raw[i] = handle.DangerousGetHandle();
        }
    }

    internal IntPtr[] Raw { get; }

    public void Dispose()
    {
        foreach (var handle in _held)
            handle.DangerousRelease();
    }
}
