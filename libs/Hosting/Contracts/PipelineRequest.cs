namespace DaprHep.Hosting.Contracts;

/// <summary>What to run: the input of the pipeline workflow.</summary>
public sealed record PipelineRequest
{
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

    /// <summary>Passes over the training data.</summary>
    public int Epochs { get; init; } = 50;

    /// <summary>Events a gradient step.</summary>
    public int Batch { get; init; } = 128;

    /// <summary>Seed of the draw, the shuffle, the initial weights and the bootstrap.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>At most so many events of each class are read (each of training and test files); null for all.</summary>
    public long? MaxEvents { get; init; }

    /// <summary>Whether the SHA-256 of every input file is recorded.</summary>
    public bool HashInputs { get; init; }

    /// <summary>How often a step that fails is done before the run fails; bad input is not tried again.</summary>
    public int Attempts { get; init; } = 5;
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
public sealed record PipelineResult(string Model, string Report, double Accuracy, IReadOnlyDictionary<string, double> Auc);
