using System.Globalization;

namespace DaprHep.Benchmarks.Learning;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    public const string Usage = """
        Measures training with our own kernels beside ordinary PyTorch and XGBoost loops: same events, same recipe, one core, one thread, in turns.
        And the published grid of hyper-parameters beside ASHA.

        usage: DaprHep.Benchmarks.Learning [JOB ...] [--rounds N] [--core N] [--blas FOLDER] [--check]
               DaprHep.Benchmarks.Learning accuracy [--dataset DATASET] [SEEDS [MODEL ...]]
               DaprHep.Benchmarks.Learning gpu [BATCH ...]

        JOB             hlf, standard, cern2019, losses, trees, tuning or ranks (default: all)
        --rounds N      turns of each way (default: 3)
        --core N        the core to run on (default: 0)
        --blas FOLDER   one more libblas.so.3 for PyTorch, beside those of Debian that are installed
        --events FILE   Arrow file with the columns label and hlf for tuning (default: ../shared/golden/hlf-large.arrow)
        --check         end with 1 if a figure is below what is wanted
        gpu             trains inclusive on a GPU and prints events/s and what an epoch of 3.43 million events takes
        accuracy        trains models with their default recipes, on all cores, and prints accuracy and AUC beside the references, SEEDS
                        times (default: once); DATASET is a run over ../shared/delphes/nopu, which is made where it is not given; ends with 1 if a
                        model misses its reference by more than an error
        """;

    private static readonly string[] AllJobs = ["hlf", "standard", "cern2019", "losses", "trees", "tuning", "ranks"];

    public IReadOnlyList<string> Jobs { get; private init; } = AllJobs;

    public int Rounds { get; private init; } = 3;

    public int Core { get; private init; }

    public string? BlasFolder { get; private init; }

    public string Events { get; private init; } = "../shared/golden/hlf-large.arrow";

    public bool Check { get; private init; }

    public static Options Parse(string[] arguments)
    {
        var options = new Options();
        var jobs = new List<string>();
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--rounds": options = options with { Rounds = Number(Next(ref i), 1) }; break;
                case "--core": options = options with { Core = Number(Next(ref i), 0) }; break;
                case "--blas": options = options with { BlasFolder = Next(ref i) }; break;
                case "--events": options = options with { Events = Next(ref i) }; break;
                case "--check": options = options with { Check = true }; break;
                case var job when AllJobs.Contains(job): jobs.Add(job); break;
                default: throw new FormatException($"{arguments[i]} is not understood");
            }
        }

        return jobs.Count > 0 ? options with { Jobs = jobs } : options;

        string Next(ref int i) => ++i < arguments.Length ? arguments[i] : throw new FormatException($"{arguments[i - 1]} needs a value");
    }

    /// <summary>A number in the command line.</summary>
    public static int Number(string text, int least) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least
            ? value
            : throw new FormatException($"{text} is not a number of at least {least}");
}
