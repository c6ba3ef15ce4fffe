using System.Globalization;
using System.Runtime.InteropServices;

namespace DaprHep.Learning.Models.Torch;

/// <summary>
/// What NVIDIA's driver tells of a GPU (NVML, <c>libnvidia-ml.so.1</c>). The library comes with the driver, and is not there where there is
/// none.
/// </summary>
internal sealed partial class GpuDriver
{
    private const string Library = "libnvidia-ml.so.1";
    private const int Success = 0;
    private readonly IntPtr _device;

    private GpuDriver(IntPtr device) => _device = device;

    /// <summary>A GPU as CUDA counts them; null where the driver does not know it, or is not there.</summary>
    /// <param name="device">Its number.</param>
    public static GpuDriver? Find(int device)
    {
        try
        {
            if (Init() != Success)
                return null;
            // CUDA counts those that the variable names, by their numbers or ids.
            string[] visible = Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES")?.Split(',', StringSplitOptions.TrimEntries) ?? [];
            string name = device < visible.Length ? visible[device] : device.ToString(CultureInfo.InvariantCulture);
            int found = uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out uint index)
                ? HandleByIndex(index, out IntPtr handle)
                : HandleByUuid(name, out handle);
            return found == Success ? new GpuDriver(handle) : null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>How it stands; null where the driver does not say.</summary>
    public GpuReading? Read() => UtilizationRates(_device, out Utilization use) == Success && MemoryInfo(_device, out Memory memory) == Success
        ? new GpuReading(use.Gpu / 100.0, (long)memory.Used)
        : null;

    [LibraryImport(Library, EntryPoint = "nvmlInit_v2")]
    private static partial int Init();

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetHandleByIndex_v2")]
    private static partial int HandleByIndex(uint index, out IntPtr device);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetHandleByUUID", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int HandleByUuid(string uuid, out IntPtr device);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetUtilizationRates")]
    private static partial int UtilizationRates(IntPtr device, out Utilization use);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetMemoryInfo")]
    private static partial int MemoryInfo(IntPtr device, out Memory memory);

    // Percent of the last moments in which a kernel was at work, and in which memory was read or written.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Utilization
    {
        public readonly uint Gpu;
        public readonly uint OfMemory;
    }

    // Bytes.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Memory
    {
        public readonly ulong Total;
        public readonly ulong Free;
        public readonly ulong Used;
    }
}
