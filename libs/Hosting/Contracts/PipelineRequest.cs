namespace DaprHep.Hosting.Contracts;

/// <summary>What to run: the input of the pipeline workflow.</summary>
public sealed record PipelineRequest
{
    /// <summary>So many processes may train together; more is a mistake.</summary>
    public const int MostRanks = 64;

    /// <summary>Name of the run; its results are objects under <c>runs/NAME/</c>.</summary>
    public required string Run { get; init; }

    /// <summary>URL of the object store that all steps share.</summary>
    public required string Store { get; init; }

    /// <summary>Input files by class.</summary>
    public required IReadOnlyList<SampleFiles> Samples { get; init; }

    /// <summary>Files by class to test on; where there are none, a fifth of the events of <see cref="Samples"/> is held back.</summary>
    public IReadOnlyList<SampleFiles> TestSamples { get; init; } = [];

    /// <summary>Physics profile, <c>standard</c> or <c>cern2019</c>.</summary>
    public string Physics { get; init; } = "standard";

    /// <summary>Name of the model.</summary>
    public string Model { get; init; } = "hlf";

    /// <summary>Passes over the training data; null for as many as the model usually needs.</summary>
    public int? Epochs { get; init; }

    /// <summary>Events a gradient step.</summary>
    public int Batch { get; init; } = 128;

    /// <summary>Processes that train together and divide each batch among them, at most <see cref="MostRanks"/>.</summary>
    public int Ranks { get; init; } = 1;

    /// <summary>How the model is trained beyond that; null for as it usually is.</summary>
    public TrainingRequest? Training { get; init; }

    /// <summary>Seed of the draw, the shuffle, the initial weights and the bootstrap.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>At most so many events of each class are read (each of training and test files); null for all.</summary>
    public long? MaxEvents { get; init; }

    /// <summary>Whether the SHA-256 of every input file is recorded.</summary>
    public bool HashInputs { get; init; }

    /// <summary>How events and shards are compressed, <c>zstd</c> or <c>lz4</c>; null for not at all.</summary>
    public string? Compress { get; init; }

    /// <summary>Bytes that the data steps of a process may hold, if the process has no smaller budget of its own; null for that budget.</summary>
    public long? Memory { get; init; }

    /// <summary>The search for hyper-parameters before the training; null for none.</summary>
    public TuneRequest? Tune { get; init; }

    /// <summary>Name under which the model is to be served when it passes the gate; null for no promotion.</summary>
    public string? Promote { get; init; }

    /// <summary>How often a step that fails is done before the run fails; bad input is not tried again.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>Files that can't be read are left out and listed, at most so many; one more fails the run.</summary>
    public int MaxBadFiles { get; init; }

    /// <summary>Whether something may be served under a name: 1 to 64 small letters, digits, hyphens, dots and underscores.</summary>
    /// <param name="name">The name.</param>
    public static bool CanServe(string name) =>
        name is { Length: > 0 and <= 64 } && (char.IsAsciiLetterLower(name[0]) || char.IsAsciiDigit(name[0]))
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.' or '_');
}

/// <summary>The input files of one class.</summary>
/// <param name="Class">Name of the class: <c>qcd</c>, <c>ttbar</c> or <c>wjets</c>.</param>
/// <param name="Files">Paths or URLs.</param>
public sealed record SampleFiles(string Class, IReadOnlyList<string> Files);

/// <summary>Where a finished run's results are.</summary>
/// <param name="Model">Prefix of the model's objects in the store.</param>
/// <param name="Report">Prefix of the run's metrics, report and record.</param>
/// <param name="Accuracy">Share of test events classified rightly.</param>
/// <param name="Auc">Area under the ROC curve, one against the rest, by class.</param>
/// <param name="BadFiles">Input files that could not be read and were left out.</param>
public sealed record PipelineResult(
    string Model, string Report, double Accuracy, IReadOnlyDictionary<string, double> Auc, IReadOnlyList<BadFile> BadFiles)
{
    /// <summary>What came of the promotion; null for a run that did not ask for one.</summary>
    public PromotionResult? Promotion { get; init; }
}

/// <summary>An input file that can't be read.</summary>
/// <param name="Url">Where it is.</param>
/// <param name="Error">What is wrong with it.</param>
public sealed record BadFile(string Url, string Error)
{
    /// <summary>So many files may be bad in one run: more is a mistake, not bad luck.</summary>
    public const int Most = 1000;

    private const int Named = 20;

    /// <summary>Refuses more bad files than a run allows.</summary>
    /// <param name="files">The files found.</param>
    /// <param name="limit">So many may be bad.</param>
    /// <param name="before">So many were found bad before.</param>
    /// <exception cref="BadInputException">There are more; the message names those found.</exception>
    public static void Limit(IReadOnlyCollection<BadFile> files, int limit, int before = 0)
    {
        int all = before + files.Count;
        if (all > limit)
        {
            throw new BadInputException(limit == 0
                ? files.First().Error
                : $"{all} files can't be read, at most {limit} may be (--max-bad-files): {string.Join("; ", files.Take(Named).Select(f => f.Error))}");
        }
    }
}
