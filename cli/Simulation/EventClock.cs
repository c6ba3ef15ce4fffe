namespace DaprHep.Cli.Simulation;

/// <summary>
/// Simulated time: what is due next happens next, and the clock jumps there. Things due at one moment happen in the order they were said.
/// </summary>
internal sealed class EventClock
{
    private readonly PriorityQueue<Action, (double Time, long Order)> _due = new();
    private long _order;

    /// <summary>Seconds since the start.</summary>
    public double Now { get; private set; }

    /// <summary>Lets something happen later.</summary>
    public void After(double seconds, Action happens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seconds);
        _due.Enqueue(happens, (Now + seconds, _order++));
    }

    /// <summary>Lets everything happen.</summary>
    public void Run()
    {
        while (_due.TryDequeue(out Action? happens, out (double Time, long Order) due))
        {
            Now = due.Time;
            happens();
        }
    }
}
