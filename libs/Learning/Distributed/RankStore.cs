namespace DaprHep.Learning.Distributed;

/// <summary>
/// The rendezvous (c10d's TCPStore): a small table of counters and texts that one process keeps and the others reach by TCP. Calls of one
/// object follow one another.
/// </summary>
public sealed class RankStore : IDisposable
{
    private readonly Lock _gate = new();
    private readonly string _host;
    private IntPtr _native;

    private RankStore(string host, int port, bool keeps, TimeSpan timeout)
    {
        _host = host;
        var error = NativeRanks.TextOf(NativeRanks.dht_store_open(
            host, checked((ushort)port), keeps ? 1 : 0, (long)timeout.TotalMilliseconds, out var bound, out _native));
        if (error is not null)
        {
            throw new RendezvousException(
                keeps ? $"No rendezvous can be kept at {host}:{port}: {error}"
                    : $"The rendezvous at {host}:{port} did not answer within {timeout.TotalSeconds:F0} s: {error}");
        }

        Port = bound;
    }

    /// <summary>The port on which the rendezvous is kept.</summary>
    public int Port { get; }

    /// <summary>Keeps a rendezvous in this process.</summary>
    /// <param name="host">This machine's name or address, as the others reach it.</param>
    /// <param name="port">The port; 0: any that is free.</param>
    /// <exception cref="RendezvousException">The port is taken, or the host is not this machine.</exception>
    public static RankStore Keep(string host, int port = 0) => new(host, port, keeps: true, TimeSpan.FromSeconds(10));

    /// <summary>Goes to a rendezvous, and tries again until the time is up: its keeper may start later.</summary>
    /// <param name="host">The keeper's name or address.</param>
    /// <param name="port">Its port.</param>
    /// <param name="timeout">How long to try.</param>
    /// <exception cref="RendezvousException">Nothing answered.</exception>
    public static RankStore Connect(string host, int port, TimeSpan timeout) => new(host, port, keeps: false, timeout);

    /// <summary>Adds to a counter, which starts at 0.</summary>
    /// <param name="key">The counter.</param>
    /// <param name="amount">What to add; 0 reads it.</param>
    /// <returns>The sum.</returns>
    /// <exception cref="RankLostException">The rendezvous is gone.</exception>
    public long Add(string key, long amount)
    {
        lock (_gate)
        {
            Check(NativeRanks.dht_store_add(Native, key, amount, out var sum));
            return sum;
        }
    }

    /// <summary>Sets a text unless there is one already.</summary>
    /// <returns>The one there is then.</returns>
    /// <exception cref="RankLostException">The rendezvous is gone.</exception>
    public string SetOnce(string key, string text)
    {
        lock (_gate)
        {
            Check(NativeRanks.dht_store_set_once(Native, key, text, out var result));
            return NativeRanks.TextOf(result)!;
        }
    }

    /// <summary>A text, or null where none has been set.</summary>
    /// <exception cref="RankLostException">The rendezvous is gone.</exception>
    public string? Get(string key)
    {
        lock (_gate)
        {
            Check(NativeRanks.dht_store_get(Native, key, out var result));
            return NativeRanks.TextOf(result);
        }
    }

    /// <summary>Closes the connection, or the whole rendezvous where this process keeps it.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            NativeRanks.dht_store_free(_native);
            _native = IntPtr.Zero;
        }
    }

    /// <summary>The native store, for joining a group.</summary>
    internal IntPtr Native
    {
        get
        {
            ObjectDisposedException.ThrowIf(_native == IntPtr.Zero, this);
            return _native;
        }
    }

    private void Check(IntPtr error)
    {
        if (NativeRanks.TextOf(error) is { } message)
        {
            throw new RankLostException(
                null, $"The rendezvous at {_host}:{Port} is gone, and with it whoever kept it", new RankEngineException(message));
        }
    }
}
