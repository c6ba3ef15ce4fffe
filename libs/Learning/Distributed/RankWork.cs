using System.Runtime.InteropServices;

namespace DaprHep.Learning.Distributed;

/// <summary>A collective under way. To be waited for exactly once.</summary>
public sealed class RankWork
{
    private readonly RankGroup _group;
    private IntPtr _native;
    private GCHandle _memory;

    internal RankWork(RankGroup group, IntPtr native, GCHandle memory)
    {
        _group = group;
        _native = native;
        _memory = memory;
    }

    /// <summary>Returns when the result is there.</summary>
    /// <exception cref="RankLostException">A rank is gone; the message says which.</exception>
    public void Wait()
    {
        ObjectDisposedException.ThrowIf(_native == IntPtr.Zero, this);
        // Where this throws, c10d may still be at work on the memory: it is never released then, and the process ends soon.
        _group.Wait(_native);
        NativeRanks.dht_work_free(_native);
        _native = IntPtr.Zero;
        _memory.Free();
    }
}
