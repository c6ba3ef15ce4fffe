namespace DaprHep.Serving.Http;

/// <summary>Bounds how many requests of a kind are answered at a time.</summary>
/// <param name="most">How many.</param>
internal sealed class RequestPlaces(int most)
{
    private int _taken;

    /// <summary>How many there are.</summary>
    public int Most => most;

    /// <summary>How many are taken.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Takes a place, if there is one.</summary>
    public bool TryTake()
    {
        if (Interlocked.Increment(ref _taken) <= most)
            return true;
        Interlocked.Decrement(ref _taken);
        return false;
    }

    /// <summary>Gives it back.</summary>
    public void Leave() => Interlocked.Decrement(ref _taken);
}
