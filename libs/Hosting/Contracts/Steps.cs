namespace DaprHep.Hosting.Contracts;

/// <summary>The services, by their Dapr app id.</summary>
public static class Apps
{
    /// <summary>The pipeline workflow and the gateway.</summary>
    public const string Pipeline = "pipeline";

    /// <summary>ROOT files to event datasets.</summary>
    public const string Ingest = "ingest";

    /// <summary>Event datasets to training shards.</summary>
    public const string Features = "features";

    /// <summary>Which hyper-parameters to try next.</summary>
    public const string Tuning = "tuning";

    /// <summary>Training shards to models, models to metrics and reports.</summary>
    public const string Trainer = "trainer";

    /// <summary>Events in, probabilities out; which model is served.</summary>
    public const string Serving = "serving";

    /// <summary>The apps that any run may need.</summary>
    public static IReadOnlyList<string> All { get; } = [Ingest, Features, Tuning, Trainer, Serving];

    /// <summary>The apps that a run needs, in the order in which it needs them.</summary>
    /// <param name="request">What the run is asked for.</param>
    public static IReadOnlyList<string> OfRun(PipelineRequest request) =>
        [.. All.Where(app => (app != Tuning || request.Tune is not null) && (app != Serving || request.Promote is not null))];
}

/// <summary>The steps of the pipeline, as progress, timings and reports name them, in order.</summary>
public static class Steps
{
    /// <summary>Inputs are opened and cut into partitions.</summary>
    public const string Plan = "plan";

    /// <summary>Partitions are converted to event datasets.</summary>
    public const string Convert = "convert";

    /// <summary>Statistics of all partitions are merged.</summary>
    public const string Statistics = "statistics";

    /// <summary>Training and test shards are built.</summary>
    public const string Shards = "shards";

    /// <summary>Hyper-parameters are searched; in runs that ask for it.</summary>
    public const string Tune = "tune";

    /// <summary>The model is trained.</summary>
    public const string Train = "train";

    /// <summary>The model is evaluated.</summary>
    public const string Evaluate = "evaluate";

    /// <summary>The model is compared with the one that is served, and takes its place; in runs that ask for it.</summary>
    public const string Promote = "promote";

    /// <summary>Metrics, report and record are written.</summary>
    public const string Report = "report";

    /// <summary>All steps in order, each with the app that does its work.</summary>
    public static IReadOnlyList<(string Step, string App)> InOrder { get; } =
    [
        (Plan, Apps.Ingest), (Convert, Apps.Ingest), (Statistics, Apps.Features), (Shards, Apps.Features),
        (Tune, Apps.Tuning), (Train, Apps.Trainer), (Evaluate, Apps.Trainer), (Promote, Apps.Serving),
        (Report, Apps.Trainer),
    ];

    /// <summary>The step that an activity or a job belongs to; null for what belongs to none.</summary>
    /// <param name="work">Name of the activity, <c>job KIND</c>, or <c>rank</c>, as work records have it.</param>
    public static string? OfWork(string work) => work switch
    {
        "PlanPartitions" => Plan,
        "ConvertPartition" or "ExcludeFiles" => Convert,
        "MergeStatistics" => Statistics,
        "ScatterPartition" or "BuildShard" => Shards,
        "ProposeTrials" or "RecordTrials" or "job trial" => Tune,
        "job train" or "rank" => Train,
        "EvaluateModel" => Evaluate,
        "Promote" => Promote,
        "WriteReport" => Report,
        _ => null,
    };

    /// <summary>The steps of a run, in order.</summary>
    /// <param name="request">What the run is asked for.</param>
    public static IReadOnlyList<(string Step, string App)> Of(PipelineRequest request) =>
        [.. InOrder.Where(step => (step.Step != Tune || request.Tune is not null) && (step.Step != Promote || request.Promote is not null))];
}
