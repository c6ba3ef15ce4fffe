using System.Diagnostics;

namespace DaprHep.Gateway;

/// <summary>What this gateway knows of one run, and how far it has written and read the archive.</summary>
internal sealed class ToldRun
{
    private readonly Lock _lock = new();
    private Task _reading = Task.CompletedTask;
    private long _used = Stopwatch.GetTimestamp();
    private long _read;

    /// <summary>All that is known.</summary>
    public RunBoard All { get; } = new();

    /// <summary>What has reached this gateway itself.</summary>
    public RunBoard Here { get; } = new();

    /// <summary>The number of the last change of <see cref="Here"/> that is in the archive.</summary>
    public long Kept { get; set; }

    /// <summary>The number of the last change of each page that was read from other gateways.</summary>
    public Dictionary<(string Gateway, int Page), long> Read { get; } = [];

    /// <summary>For how long nobody has told or asked anything of it.</summary>
    public TimeSpan Idle => Stopwatch.GetElapsedTime(Interlocked.Read(ref _used));

    /// <summary>Notes that somebody tells or asks.</summary>
    public void Use() => Interlocked.Exchange(ref _used, Stopwatch.GetTimestamp());

    /// <summary>Reads what others have told unless that was done just now; once for all who ask meanwhile.</summary>
    public Task ReadAsync(Func<Task> read, TimeSpan fresh)
    {
        lock (_lock)
        {
            if (_reading.IsCompleted && (_read == 0 || Stopwatch.GetElapsedTime(_read) >= fresh))
                (_read, _reading) = (Stopwatch.GetTimestamp(), read());
            return _reading;
        }
    }
}
