namespace DaprHep.Learning.Training;

/// <summary>What computes a training.</summary>
public enum TrainingDevice
{
    /// <summary>Our own kernels on the CPU.</summary>
    Cpu,

    /// <summary>libtorch on a GPU.</summary>
    Cuda,
}
