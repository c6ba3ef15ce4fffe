using System.Runtime.InteropServices;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DaprHep.Learning.Models.Torch;

/// <summary>
/// What native/include/daprhep_torch.h has beyond TorchSharp: recurrent layers over packed sequences, and mixed precision.
/// </summary>
internal static unsafe partial class NativeLayers
{
    private const string Library = "daprhep_torch";

    /// <summary>Whether libtorch was built with CUDA, whatever devices there are.</summary>
    internal static bool HasCudaRuntime => dht_has_cuda_runtime() != 0;

    /// <summary>The state that each sequence ends in, [sequences, units].</summary>
    /// <param name="isLstm">Long short-term memory; otherwise gated units.</param>
    /// <param name="rows">Step by step, [rows, inputs], those of the longest sequence first.</param>
    /// <param name="batchSizes">How many sequences each step has; int64, on the CPU.</param>
    /// <param name="weights">Input and recurrent weights, then their biases, in PyTorch's layout.</param>
    /// <param name="training">Whether gradients will be asked for.</param>
    /// <exception cref="InvalidOperationException">libtorch refused; the message is its own.</exception>
    internal static Tensor LastStates(bool isLstm, Tensor rows, Tensor batchSizes, IReadOnlyList<Parameter> weights, bool training)
    {
        var handles = Handles(weights);
        fixed (IntPtr* first = handles)
        {
            Check(isLstm
                ? dht_lstm_packed(rows.Handle, batchSizes.Handle, first, training ? 1 : 0, out var result)
                : dht_gru_packed(rows.Handle, batchSizes.Handle, first, training ? 1 : 0, out result));
            GC.KeepAlive(weights);
            GC.KeepAlive(rows);
            GC.KeepAlive(batchSizes);
            return Tensor.UnsafeCreateTensor(result);
        }
    }

    /// <summary>Multiplies all gradients.</summary>
    internal static void ScaleGradients(IReadOnlyList<Parameter> parameters, double factor)
    {
        var handles = Handles(parameters);
        fixed (IntPtr* first = handles)
            Check(dht_scale_grads(first, handles.Length, factor));
        GC.KeepAlive(parameters);
    }

    /// <summary>Whether no gradient has an infinity or NaN.</summary>
    internal static bool AreGradientsFinite(IReadOnlyList<Parameter> parameters)
    {
        var handles = Handles(parameters);
        fixed (IntPtr* first = handles)
        {
            Check(dht_grads_are_finite(first, handles.Length, out var finite));
            GC.KeepAlive(parameters);
            return finite != 0;
        }
    }

    /// <summary>Whether this thread's operations on a GPU take float16 where that is accurate enough.</summary>
    internal static void SetAutocast(bool enabled) => Check(dht_set_autocast(enabled ? 1 : 0));

    private static IntPtr[] Handles(IReadOnlyList<Parameter> parameters)
    {
        var handles = new IntPtr[parameters.Count];
        for (var i = 0; i < handles.Length; i++)
            handles[i] = parameters[i].Handle;
        return handles;
    }

    private static void Check(IntPtr error)
    {
        if (error == IntPtr.Zero)
            return;
        var message = Marshal.PtrToStringUTF8(error);
        dht_error_free(error);
        throw new InvalidOperationException($"libtorch refused: {message}");
    }

    [LibraryImport(Library)] private static partial void dht_error_free(IntPtr error);
    [LibraryImport(Library)] private static partial int dht_has_cuda_runtime();
    [LibraryImport(Library)] private static partial IntPtr dht_set_autocast(int enabled);
    [LibraryImport(Library)] private static partial IntPtr dht_scale_grads(IntPtr* parameters, int count, double factor);
    [LibraryImport(Library)] private static partial IntPtr dht_grads_are_finite(IntPtr* parameters, int count, out int result);
    [LibraryImport(Library)] private static partial IntPtr dht_gru_packed(
        IntPtr rows, IntPtr batchSizes, IntPtr* weights, int training, out IntPtr result);
    [LibraryImport(Library)] private static partial IntPtr dht_lstm_packed(
        IntPtr rows, IntPtr batchSizes, IntPtr* weights, int training, out IntPtr result);
}
