using System.Globalization;

namespace DaprHep.Benchmarks.Learning;

/// <summary>One comparison.</summary>
/// <param name="Job">What is done.</param>
/// <param name="Peer">Who else does it, and with which BLAS.</param>
/// <param name="Theirs">The peer's events/s.</param>
/// <param name="Ours">Our events/s.</param>
/// <param name="Ratio">Ours to theirs.</param>
/// <param name="Wanted">The ratio to reach; NaN for none.</param>
internal sealed record SpeedRow(string Job, string Peer, double Theirs, double Ours, double Ratio, double Wanted);

/// <summary>The figures of all contests, printed at the end as one table in markdown.</summary>
internal sealed class SpeedTable
{
    private readonly List<SpeedRow> _rows = [];
    private readonly List<string> _notes = [];
    private bool _isMissed;

    /// <summary>Whether everything that was asked for was reached.</summary>
    internal bool IsMet => !_isMissed && _rows.All(row => double.IsNaN(row.Wanted) || row.Ratio >= row.Wanted);

    internal void Add(SpeedRow row) => _rows.Add(row);

    /// <summary>A figure that is no rate.</summary>
    internal void Note(string text, bool isMet)
    {
        _notes.Add($"- {text}{(isMet ? "" : " **missed**")}");
        _isMissed |= !isMet;
    }

    /// <summary>What a figure is made of.</summary>
    internal void Explain(string text) => _notes.Add($"- {text}");

    internal void Print(TextWriter output)
    {
        output.WriteLine("| job | peer | its events/s | our events/s | ratio | wanted |");
        output.WriteLine("| --- | --- | ---: | ---: | ---: | ---: |");
        foreach (var row in _rows)
        {
            var missed = row.Ratio < row.Wanted ? " **missed**" : "";
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {row.Job} | {row.Peer} | {Rate(row.Theirs)} | {Rate(row.Ours)} | {Times(row.Ratio)}{missed} | {Times(row.Wanted)} |"));
        }

        output.WriteLine();
        foreach (var note in _notes)
            output.WriteLine(note);
    }

    private static string Rate(double value) => double.IsNaN(value) ? "" : value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Times(double value) => double.IsNaN(value) ? "" : value.ToString(value < 10 ? "F2" : "F1", CultureInfo.InvariantCulture);
}
