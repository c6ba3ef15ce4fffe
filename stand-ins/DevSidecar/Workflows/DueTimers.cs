namespace DaprHep.DevSidecar.Workflows;

/// <summary>Calls back at given times, in order. One thread for all timers.</summary>
internal sealed class DueTimers : IDisposable
{
    private readonly PriorityQueue<Action, (DateTime Due, long Number)> _queue = new();
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly Thread _thread;
    private long _number;
    private bool _stopped;

    public DueTimers()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "timers" };
        _thread.Start();
    }

    public void At(DateTime due, Action call)
    {
        lock (_gate)
        {
            _queue.Enqueue(call, (due, _number++));
            if (_queue.Peek() == call)
                _wake.Set();
        }
    }

    public void Dispose()
    {
        lock (_gate)
            _stopped = true;
        _wake.Set();
        _thread.Join();
        _wake.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            var pause = TimeSpan.FromHours(1);
            Action? due = null;
            lock (_gate)
            {
                if (_stopped)
                    return;
                if (_queue.TryPeek(out _, out var first))
                {
                    var left = first.Due - DateTime.UtcNow;
                    if (left <= TimeSpan.Zero)
                        due = _queue.Dequeue();
                    else if (left < pause)
                        pause = left;
                }
            }

            if (due is not null)
                due();
            else
                _wake.WaitOne(pause + TimeSpan.FromMilliseconds(0.5));
        }
    }
}
