namespace DaprHep.Learning.Training;

/// <summary>What computes a training.</summary>
public enum TrainingDevice
{
    /// <summary>Our own kernels on the CPU.</summary>
    Cpu,

    /// <summary>libtorch on a GPU.</summary>
    Cuda,
}

/// <summary>Reads devices.</summary>
public static class TrainingDevices
{
    /// <summary>The device of a name, <c>cpu</c> or <c>cuda</c>.</summary>
    /// <exception cref="TrainingDeviceException">There is none of that name.</exception>
    public static TrainingDevice Parse(string name) => name switch
    {
        "cpu" => TrainingDevice.Cpu,
        "cuda" => TrainingDevice.Cuda,
        _ => throw new TrainingDeviceException($"device '{name}' is not known; expected one of cpu, cuda"),
    };
}
