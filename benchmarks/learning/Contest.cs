using System.Globalization;

namespace DaprHep.Benchmarks.Learning;

/// <summary>
/// Ways to do the same, which take turns. Rates are by processor time, which on a core of its own is the time that passes; so other
/// programs on the machine do not count, and what they take from caches hurts all alike.
/// </summary>
/// <param name="title">What is done.</param>
/// <param name="rounds">How often each way has its turn.</param>
/// <param name="wanted">How many times the fastest peer's rate ours is to reach; NaN where nothing is asked for.</param>
internal sealed class Contest(string title, int rounds, double wanted)
{
    private readonly List<(string Name, Func<Pace> Run)> _peers = [];
    private (string Name, Func<Pace> Run) _ours;

    /// <summary>Adds a peer.</summary>
    internal void Add(string name, Func<Pace> run) => _peers.Add((name, run));

    /// <summary>Says what is ours.</summary>
    internal void Ours(string name, Func<Pace> run) => _ours = (name, run);

    /// <summary>Runs all in turn and adds a row for each peer: median rates, and the median of the rounds' ratios.</summary>
    internal void Run(SpeedTable table)
    {
        var paces = _peers.ConvertAll(_ => new List<Pace>());
        var own = new List<Pace>();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < _peers.Count; i++)
                paces[i].Add(_peers[i].Run());
            own.Add(_ours.Run());
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{title}, round {round + 1} of {rounds}: {string.Join(", ", _peers.Select((peer, i) => $"{peer.Name} {paces[i][^1]}"))}; "
                + $"{_ours.Name} {own[^1]}"));
        }

        if (_peers.Count == 0)
            table.Add(new SpeedRow(title, "not installed", double.NaN, Median(own.Select(pace => pace.EventsPerSecond)), double.NaN, double.NaN));
        for (var i = 0; i < _peers.Count; i++)
        {
            table.Add(new SpeedRow(
                title,
                _peers[i].Name,
                Median(paces[i].Select(pace => pace.EventsPerSecond)),
                Median(own.Select(pace => pace.EventsPerSecond)),
                Median(own.Zip(paces[i], (ours, theirs) => ours.EventsPerSecond / theirs.EventsPerSecond)),
                wanted));
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>How fast a way was, and what loss it came to, so that one that learns nothing is seen.</summary>
internal readonly record struct Pace(double EventsPerSecond, double Loss)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{EventsPerSecond:N0}/s (loss {Loss:F4})");
}
