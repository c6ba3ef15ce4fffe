using System.Text.Json;
using System.Text.Json.Nodes;
using DaprHep.Hosting.Runs;

namespace DaprHep.Hosting.Contracts;

/// <summary>A search for hyper-parameters before the training of a run.</summary>
public sealed record TuneRequest
{
    /// <summary>The search space: YAML, as in <c>samples/spaces</c>.</summary>
    public required string Space { get; init; }

    /// <summary>How points are chosen: <c>grid</c>, <c>random</c>, <c>tpe</c> or <c>asha</c>.</summary>
    public string Algorithm { get; init; } = "asha";

    /// <summary>Trials at most; null for a whole grid, or a usual number otherwise.</summary>
    public int? Trials { get; init; }

    /// <summary>Parts of the training events, each held back once; 1 for always the same fifth.</summary>
    public int Folds { get; init; } = 1;

    /// <summary>The search ends after so many results without a better one; 0 for never.</summary>
    public int Patience { get; init; }

    /// <summary>Trials at a time, over all trainers.</summary>
    public int Parallel { get; init; } = 2;
}

/// <summary>Input of the workflow <c>TuneModel</c>.</summary>
/// <param name="Run">Name of the run.</param>
/// <param name="Store">URL of the object store.</param>
/// <param name="Statistics">Key of the statistics object.</param>
/// <param name="Model">Name of the model.</param>
/// <param name="Epochs">Epochs of a trial where the space does not say; null for as many as the model usually needs.</param>
/// <param name="Seed">Seed of the search and of every training.</param>
/// <param name="Search">What is searched, and how.</param>
public sealed record TuneModelInput(
    string Run, string Store, string Statistics, string Model, int? Epochs, int Seed, TuneRequest Search)
{
    /// <summary>How trials train where the space says nothing; null for as the model usually is trained.</summary>
    public TrainingRequest? Training { get; init; }
}

/// <summary>Output of the workflow <c>TuneModel</c>.</summary>
/// <param name="Study">Key of the study's object, <c>trials.json</c>.</param>
/// <param name="Parameters">The best hyper-parameters.</param>
/// <param name="Events">Training events seen by all trials together.</param>
public sealed record TuneModelOutput(string Study, JsonObject Parameters, long Events);

/// <summary>Input of activity <c>ProposeTrials</c>: begins a study, or goes on with what is there of it.</summary>
/// <param name="Run">Name of the run.</param>
/// <param name="Tune">What is searched.</param>
/// <param name="Session">Names this search apart from others of the same study.</param>
public sealed record ProposeTrialsInput(string Run, TuneModelInput Tune, string Session) : IRunInput;

/// <summary>Input of activity <c>RecordTrials</c>: takes results into a study and asks what to train next.</summary>
/// <param name="Run">Name of the run.</param>
/// <param name="Tune">What is searched.</param>
/// <param name="Session">The search.</param>
/// <param name="Step">Number of this step of the search, from 1: one more than that of the last proposals.</param>
/// <param name="Results">What came of trials.</param>
/// <param name="Places">How many more trials may begin.</param>
public sealed record RecordTrialsInput(
    string Run, TuneModelInput Tune, string Session, int Step, IReadOnlyList<JsonElement> Results, int Places) : IRunInput;

/// <summary>Output of activities <c>ProposeTrials</c> and <c>RecordTrials</c>.</summary>
/// <param name="Study">Key of the study's object.</param>
/// <param name="Step">Number of the step.</param>
/// <param name="Trials">What to train; each is passed on to a trainer as it is.</param>
/// <param name="IsDone">Whether nothing runs and nothing more will be proposed.</param>
/// <param name="Best">The best hyper-parameters so far; null before the first result.</param>
/// <param name="Events">Training events seen so far by all trials together.</param>
public sealed record TrialProposals(
    string Study, int Step, IReadOnlyList<JsonElement> Trials, bool IsDone, JsonObject? Best, long Events);

/// <summary>Input of the job <c>trial</c>: trains one fold of one trial up to a rung. Its output is passed on to <c>RecordTrials</c>.</summary>
/// <param name="Run">Name of the run.</param>
/// <param name="Store">URL of the object store.</param>
/// <param name="Statistics">Key of the statistics object.</param>
/// <param name="Study">Key of the study's object; names the checkpoints.</param>
/// <param name="Trial">What to train.</param>
public sealed record TrainTrialInput(string Run, string Store, string Statistics, string Study, JsonElement Trial);
