namespace DaprHep.Hosting.Jobs;

/// <summary>The cores that a process has for jobs. Who asks first is served first, so wide work is not starved by narrow work.</summary>
internal sealed class JobCores : IDisposable
{
    private readonly int _cores = Environment.ProcessorCount;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly SemaphoreSlim _free = new(Environment.ProcessorCount);

    /// <summary>Waits for cores; disposing what is returned frees them.</summary>
    public async Task<IDisposable> TakeAsync(int cores, CancellationToken cancellation)
    {
        var taken = new Taken(_free);
        await _turn.WaitAsync(cancellation);
        try
        {
            while (taken.Count < Math.Clamp(cores, 1, _cores))
            {
                await _free.WaitAsync(cancellation);
                taken.Count++;
            }
            return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _turn.Dispose();
        _free.Dispose();
    }

    private sealed class Taken(SemaphoreSlim free) : IDisposable
    {
        public int Count { get; set; }

        public void Dispose()
        {
            if (Count > 0)
                free.Release(Count);
            Count = 0;
        }
    }
}
