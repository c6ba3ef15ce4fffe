using DaprHep.Data.Events;

namespace DaprHep.Learning.Report;

/// <summary>Several runs side by side.</summary>
/// <param name="Runs">The runs, in the order to show them; their names differ.</param>
public sealed record RunComparison(IReadOnlyList<ComparedRun> Runs)
{
    private static readonly Dictionary<string, double?> NoErrors = [];

    /// <summary>The classes of all runs, by label.</summary>
    public static IReadOnlyList<string> Classes => EventClasses.Names;

    /// <summary>The distinct test sets, in order of appearance; null is one whose identity is not known.</summary>
    public IReadOnlyList<string?> TestSets { get; } = [.. Runs.Select(run => run.TestSet).Distinct()];

    /// <summary>Whether all figures are of the same test events, so that they compare.</summary>
    public bool IsOfOneTestSet => TestSets is [not null];

    /// <summary>Whether all runs read the same events of the same files.</summary>
    public bool IsOfSameInputs => Runs.All(run => run.Inputs.SequenceEqual(Runs[0].Inputs));

    /// <summary>All parameters that any run has: the name, and the value of each run or null, in the order of the runs.</summary>
    public IEnumerable<(string Name, IReadOnlyList<string?> Values)> Parameters =>
        Runs.SelectMany(run => run.Parameters).Select(parameter => parameter.Name).Distinct().Select(name => (
            name,
            (IReadOnlyList<string?>)[.. Runs.Select(run => run.Parameters.FirstOrDefault(parameter => parameter.Name == name)?.Value)]));

    /// <summary>Those of <see cref="Parameters"/> in which the runs differ.</summary>
    public IEnumerable<(string Name, IReadOnlyList<string?> Values)> Differences =>
        Parameters.Where(parameter => parameter.Values.Distinct().Count() > 1);

    /// <summary>What a run's test set is called: a letter, the same for equal ones.</summary>
    public string TestSetName(ComparedRun run)
    {
        for (var i = 0; i < TestSets.Count; i++)
        {
            if (TestSets[i] == run.TestSet)
                return run.TestSet is null ? "unknown" : ((char)('A' + i)).ToString();
        }

        return "unknown";
    }

    /// <summary>The figures to compare, in their order: the name, how to take it from a run, and whether more is better.</summary>
    public static IReadOnlyList<(string Name, Func<ComparedRun, Measurement> Of, bool MoreIsBetter)> Figures { get; } =
    [
        ("accuracy", run => new Measurement(run.Metrics.Accuracy, run.Metrics.AccuracyError), true),
        ("loss", run => new Measurement(run.Metrics.Loss), false),
        .. Classes.Select(name => ($"AUC {name}", Pick(name, run => run.Metrics.Auc, run => run.Metrics.AucError), true)),
        .. Classes.Select(name => ($"FPR at 99 % TPR {name}", Pick(name, run => run.Metrics.FprAtTpr99, run => run.Metrics.FprAtTpr99Error), false)),
        .. Classes.Select(name => ($"FPR at 95 % TPR {name}", Pick(name, run => run.Metrics.FprAtTpr95, run => run.Metrics.FprAtTpr95Error), false)),
        .. Classes.Select(name => ($"FPR at 90 % TPR {name}", Pick(name, run => run.Metrics.FprAtTpr90, run => run.Metrics.FprAtTpr90Error), false)),
        .. Classes.Select(name => ($"calibration error {name}", Pick(name, run => run.Metrics.CalibrationError, _ => NoErrors), false)),
    ];

    /// <summary>Whether a run has the best value of a figure; false for all where the figures do not compare.</summary>
    public bool IsBest(ComparedRun run, Func<ComparedRun, Measurement> figure, bool moreIsBetter)
    {
        if (!IsOfOneTestSet || figure(run).Value is not { } own)
            return false;
        return Runs.All(other => figure(other).Value is not { } value || (moreIsBetter ? value <= own : value >= own));
    }

    private static Func<ComparedRun, Measurement> Pick(
        string name,
        Func<ComparedRun, IReadOnlyDictionary<string, double?>> values,
        Func<ComparedRun, IReadOnlyDictionary<string, double?>> errors) =>
        run => new Measurement(values(run).GetValueOrDefault(name), errors(run).GetValueOrDefault(name));
}
