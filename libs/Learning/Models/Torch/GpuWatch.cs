using TorchSharp;

namespace DaprHep.Learning.Models.Torch;

/// <summary>Looks at a GPU while it works: how much of the time it is busy, and how much of its memory is in use.</summary>
public sealed class GpuWatch : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private readonly Func<GpuReading?> _read;
    private readonly Timer _timer;
    private readonly Lock _lock = new();
    private double _sum;
    private int _count;
    private long _memory;

    /// <param name="read">A reading of the GPU; null where there is none at the moment.</param>
    internal GpuWatch(Func<GpuReading?> read)
    {
        _read = read;
        _timer = new Timer(_ => Look(), null, Interval, Interval);
    }

    /// <summary>Begins to look at the GPU of a rank; null where its driver does not tell.</summary>
    /// <param name="rank">The process, from 0.</param>
    public static GpuWatch? Begin(int rank)
    {
        int devices = torch.cuda.device_count();
        return devices > 0 && GpuDriver.Find(rank % devices) is { } gpu ? new GpuWatch(gpu.Read) : null;
    }

    /// <summary>What was seen until now, of one reading at least; null where there was none.</summary>
    /// <returns>The part of the time in which the GPU was busy, from 0 to 1, and its memory in use at most, in bytes.</returns>
    public (double Use, long Memory)? End()
    {
        _timer.Change(Timeout.Infinite, Timeout.Infinite);
        Look();
        lock (_lock)
            return _count > 0 ? (Math.Round(_sum / _count, 4), _memory) : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        lock (_lock)
        {
            if (_read() is not { } now)
                return;
            _sum += now.Use;
            _count++;
            _memory = Math.Max(_memory, now.Memory);
        }
    }
}

/// <summary>How a GPU stands.</summary>
/// <param name="Use">The part of the last moments in which it was busy, from 0 to 1.</param>
/// <param name="Memory">Memory in use, of all its processes, in bytes.</param>
internal readonly record struct GpuReading(double Use, long Memory);
