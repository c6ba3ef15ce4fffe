namespace DaprHep.Benchmarks.Learning;

/// <summary>Ways to do the same, which take turns, so that a busy machine hurts all alike.</summary>
internal sealed class Contest(string title, int rounds, double asked)
{
    private readonly List<(string Name, bool IsYardstick, Func<(double EventsPerSecond, double Loss)> Run)> _rows = [];

    /// <summary>Adds a way; those of PyTorch only where it is installed.</summary>
    internal void Add(string name, bool isPyTorch, Func<(double EventsPerSecond, double Loss)> run)
    {
        if (!isPyTorch)
            _rows.Add((name, false, run));
        else if (PyTorchLoop.Version is { } version)
            _rows.Add(($"PyTorch {version}, {name}", true, run));
        else
            Console.WriteLine("no PyTorch: install Debian's python3-torch for the comparison");
    }

    /// <summary>Runs all and prints the median rates; ratios are to the fastest of PyTorch.</summary>
    internal void Run()
    {
        var rates = _rows.ConvertAll(_ => new List<double>());
        var losses = new double[_rows.Count];
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < _rows.Count; i++)
            {
                var (rate, loss) = _rows[i].Run();
                rates[i].Add(rate);
                losses[i] = loss;
            }
        }

        var medians = rates.ConvertAll(values => values.Order().ElementAt(values.Count / 2));
        var peers = medians.Where((_, i) => _rows[i].IsYardstick).ToArray();
        var yardstick = peers.Length > 0 ? peers.Max() : double.NaN;
        Console.WriteLine($"{title}, one core, median of {rounds} rounds\n");
        Console.WriteLine($"  {"",-36}{"events/s",12}{"ratio",8}{"last loss",12}");
        for (var i = 0; i < _rows.Count; i++)
            Console.WriteLine($"  {_rows[i].Name,-36}{medians[i],12:N0}{medians[i] / yardstick,8:F1}{losses[i],12:F4}");
        Console.WriteLine($"\n  asked for: {asked} times the faster PyTorch\n");
    }
}
