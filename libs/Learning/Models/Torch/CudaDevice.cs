using System.Globalization;
using DaprHep.Learning.Training;
using TorchSharp;

namespace DaprHep.Learning.Models.Torch;

/// <summary>The GPU that a process trains on.</summary>
public static class CudaDevice
{
    /// <summary>What stands in the way of training on a GPU, one sentence; null for nothing.</summary>
    public static string? Obstacle
    {
        get
        {
            if (!NativeLayers.HasCudaRuntime)
            {
                return $"libtorch {torch.__version__} here was built without CUDA; build native/ against one with CUDA "
                    + "(Torch_DIR), or leave --device out";
            }

            return torch.cuda.device_count() > 0
                ? null
                : $"libtorch {torch.__version__} has CUDA, but finds no device: look at what nvidia-smi says, or leave --device out";
        }
    }

    /// <summary>The device of a rank: its own, and where there are fewer devices than ranks, one shared with others.</summary>
    /// <param name="rank">The process, from 0.</param>
    /// <exception cref="TrainingDeviceException">There is none.</exception>
    internal static torch.Device Of(int rank)
    {
        if (Obstacle is { } obstacle)
            throw new TrainingDeviceException($"device cuda cannot be used: {obstacle}");
        return torch.device(string.Create(CultureInfo.InvariantCulture, $"cuda:{rank % torch.cuda.device_count()}"));
    }
}
