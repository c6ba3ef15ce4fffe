using System.Collections.Concurrent;

namespace DaprHep.Serving.Http;

/// <summary>Bounds the memory that the events of all requests take together, and keeps buffers for later requests.</summary>
/// <param name="limits">How much it is at most.</param>
internal sealed class MemoryBudget(ServingLimits limits)
{
    private const int MostKept = 256;
    private readonly ConcurrentBag<EventBuffer> _kept = [];
    private int _keptCount;
    private long _taken;

    /// <summary>Bytes that are held now.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>An empty buffer; to be given back with <see cref="Return(EventBuffer)"/>.</summary>
    public EventBuffer Rent()
    {
        if (!_kept.TryTake(out EventBuffer? buffer))
            return new EventBuffer(this);
        Interlocked.Decrement(ref _keptCount);
        return buffer;
    }

    /// <summary>Takes a buffer back.</summary>
    public void Return(EventBuffer buffer)
    {
        buffer.Clear();
        if (Interlocked.Increment(ref _keptCount) <= MostKept)
        {
            _kept.Add(buffer);
            return;
        }
        Interlocked.Decrement(ref _keptCount);
        buffer.Release();
    }

    /// <summary>Takes memory, unless it would be too much.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= limits.MostBufferedBytes)
            return true;
        Interlocked.Add(ref _taken, -bytes);
        return false;
    }

    /// <summary>Gives memory back.</summary>
    public void Return(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
