using System.Runtime.InteropServices;

namespace TorchSharp.Native;

/// <summary>The functions of libdaprhep_torch, as native/include/daprhep_torch.h declares them.</summary>
internal static unsafe partial class LibTorch
{
    private const string Library = "daprhep_torch";

    static LibTorch() => NativeLibrary.SetDllImportResolver(typeof(LibTorch).Assembly, static (name, assembly, path) =>
    {
        if (name != Library)
            return IntPtr.Zero;
        try
        {
            return NativeLibrary.Load(name, assembly, path);
        }
        catch (DllNotFoundException missing)
        {
            throw new DllNotFoundException(
                "libdaprhep_torch.so could not be loaded. It is built beside the program and needs libtorch at run time: "
                + "sudo apt-get install libtorch1.13. The loader said: " + missing.Message, missing);
        }
    });

    /// <summary>Throws what a native call reported.</summary>
    /// <exception cref="ExternalException">libtorch refused; the message is its own.</exception>
    internal static void Check(IntPtr error)
    {
        if (error != IntPtr.Zero)
            Throw(error);
    }

    private static void Throw(IntPtr error)
    {
        var message = Marshal.PtrToStringUTF8(error);
        dht_error_free(error);
        throw new ExternalException(message);
    }

    [LibraryImport(Library)] private static partial void dht_error_free(IntPtr error);

    [LibraryImport(Library)] internal static partial IntPtr dht_torch_version();
    [LibraryImport(Library)] internal static partial IntPtr dht_manual_seed(long seed);
    [LibraryImport(Library)] internal static partial IntPtr dht_set_num_threads(int threads);
    [LibraryImport(Library)] internal static partial int dht_get_num_threads();
    [LibraryImport(Library)] internal static partial int dht_is_cuda_available();
    [LibraryImport(Library)] internal static partial int dht_cuda_device_count();
    [LibraryImport(Library)] internal static partial int dht_is_grad_enabled();
    [LibraryImport(Library)] internal static partial void dht_set_grad_enabled(int enabled);

    [LibraryImport(Library)] internal static partial IntPtr dht_tensor_from_memory(
        void* data, long* sizes, int dimensions, sbyte dtype, delegate* unmanaged<IntPtr, void> release, IntPtr context,
        out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_empty(
        long* sizes, int dimensions, sbyte dtype, int deviceType, int deviceIndex, out TensorHandle result);
    [LibraryImport(Library)] internal static partial void dht_tensor_free(IntPtr tensor);

    [LibraryImport(Library)] internal static partial sbyte dht_dtype(TensorHandle tensor);
    [LibraryImport(Library)] internal static partial int dht_dimensions(TensorHandle tensor);
    [LibraryImport(Library)] internal static partial long dht_numel(TensorHandle tensor);
    [LibraryImport(Library)] internal static partial long dht_element_size(TensorHandle tensor);
    [LibraryImport(Library)] internal static partial IntPtr dht_sizes(TensorHandle tensor, long* sizes);
    [LibraryImport(Library)] internal static partial IntPtr dht_device(TensorHandle tensor, out int deviceType, out int deviceIndex);
    [LibraryImport(Library)] internal static partial int dht_is_contiguous(TensorHandle tensor);
    [LibraryImport(Library)] internal static partial IntPtr dht_data(TensorHandle tensor, out IntPtr data);

    [LibraryImport(Library)] internal static partial int dht_requires_grad(TensorHandle tensor);
    [LibraryImport(Library)] internal static partial IntPtr dht_set_requires_grad(TensorHandle tensor, int requiresGrad);
    [LibraryImport(Library)] internal static partial IntPtr dht_grad(TensorHandle tensor, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_backward(TensorHandle tensor);
    [LibraryImport(Library)] internal static partial IntPtr dht_detach(TensorHandle tensor, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_zero_grads(IntPtr* parameters, int count);
    [LibraryImport(Library)] internal static partial IntPtr dht_clip_grad_norm(
        IntPtr* parameters, int count, double maxNorm, double normType, out double totalNorm);
    [LibraryImport(Library)] internal static partial IntPtr dht_adam_step(
        IntPtr* parameters, IntPtr* expAvg, IntPtr* expAvgSq, int count, long step,
        double lr, double beta1, double beta2, double eps, double weightDecay);

    [LibraryImport(Library)] internal static partial IntPtr dht_to(
        TensorHandle tensor, sbyte dtype, int deviceType, int deviceIndex, int copy, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_clone(TensorHandle tensor, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_contiguous(TensorHandle tensor, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_set_data(TensorHandle tensor, TensorHandle values);
    [LibraryImport(Library)] internal static partial IntPtr dht_copy_(TensorHandle tensor, TensorHandle source);
    [LibraryImport(Library)] internal static partial IntPtr dht_view(
        TensorHandle tensor, long* sizes, int dimensions, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_reshape(
        TensorHandle tensor, long* sizes, int dimensions, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_narrow(
        TensorHandle tensor, long dimension, long start, long length, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_transpose(
        TensorHandle tensor, long dimension0, long dimension1, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_index_select(
        TensorHandle tensor, long dimension, TensorHandle index, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_cat(IntPtr* tensors, int count, long dimension, out TensorHandle result);

    [LibraryImport(Library)] internal static partial IntPtr dht_fill_(TensorHandle tensor, double value);
    [LibraryImport(Library)] internal static partial IntPtr dht_uniform_(TensorHandle tensor, double from, double to);

    [LibraryImport(Library)] internal static partial IntPtr dht_add(TensorHandle left, TensorHandle right, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_sub(TensorHandle left, TensorHandle right, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_mul(TensorHandle left, TensorHandle right, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_div(TensorHandle left, TensorHandle right, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_add_scalar(TensorHandle left, double right, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_mul_scalar(TensorHandle left, double right, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_matmul(TensorHandle left, TensorHandle right, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_eq(TensorHandle left, TensorHandle right, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_sum(TensorHandle tensor, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_mean(TensorHandle tensor, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_argmax(
        TensorHandle tensor, long dimension, int keepdim, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_allclose(
        TensorHandle left, TensorHandle right, double rtol, double atol, int equalNan, out int result);

    [LibraryImport(Library)] internal static partial IntPtr dht_linear(
        TensorHandle input, TensorHandle weight, TensorHandle bias, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_relu(TensorHandle input, int inPlace, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_sigmoid(TensorHandle input, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_tanh(TensorHandle input, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_dropout(
        TensorHandle input, double p, int training, int inPlace, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_softmax(TensorHandle input, long dimension, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_log_softmax(TensorHandle input, long dimension, out TensorHandle result);
    [LibraryImport(Library)] internal static partial IntPtr dht_cross_entropy(
        TensorHandle input, TensorHandle target, TensorHandle weight, long reduction, long ignoreIndex, double labelSmoothing,
        out TensorHandle result);
}
