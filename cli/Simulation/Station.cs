namespace DaprHep.Cli.Simulation;

/// <summary>Something of which there are so many, such as cores; who comes when all are taken waits in line.</summary>
/// <param name="clock">Simulated time.</param>
/// <param name="name">What it is.</param>
/// <param name="places">How many there are.</param>
internal sealed class Station(EventClock clock, string name, int places)
{
    private readonly Queue<Action> _waiting = new();
    private int _free = places;
    private double _held;
    private double _changed;

    public string Name => name;

    public int Places { get; } = places;

    /// <summary>Part of the places that was taken, on average, from the start until now.</summary>
    public double Utilisation
    {
        get
        {
            Settle();
            return clock.Now == 0 ? 0 : _held / (Places * clock.Now);
        }
    }

    /// <summary>Takes a place, now or when one is free.</summary>
    public void Take(Action taken)
    {
        if (_free == 0)
        {
            _waiting.Enqueue(taken);
            return;
        }
        Settle();
        _free--;
        taken();
    }

    /// <summary>Gives a place back; who waits longest has it next.</summary>
    public void Leave()
    {
        if (_waiting.TryDequeue(out Action? next))
        {
            clock.After(0, next);
            return;
        }
        Settle();
        _free++;
    }

    /// <summary>Takes a place for some time.</summary>
    public void Use(double seconds, Action then) => Take(() => clock.After(seconds, () =>
    {
        Leave();
        then();
    }));

    private void Settle()
    {
        _held += (Places - _free) * (clock.Now - _changed);
        _changed = clock.Now;
    }
}
