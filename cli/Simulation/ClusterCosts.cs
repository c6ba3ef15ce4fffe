namespace DaprHep.Cli.Simulation;

/// <summary>
/// What work costs: rates in events a second of one core's processor time, sizes in bytes an event. Simulated events without pile-up,
/// <c>standard</c> features, model <c>hlf</c>; other data and models have other rates (<c>--rate</c>). Conversion, scattering with shards and
/// sizes are measured (docs/operations.md); the rates of plan, statistics, train and evaluate are estimates below what was measured.
/// </summary>
internal sealed record ClusterCosts
{
    /// <summary>Time of an activity beside its work, scheduled to completed: daprd 1.18.3, state.sqlite, median of 60.</summary>
    public const double ActivitySeconds = 0.0045;

    /// <summary>
    /// Time of a child workflow beside its activities: a workflow of one activity less the activity; the same measurement.
    /// </summary>
    public const double ChildSeconds = 0.0214 - ActivitySeconds;

    /// <summary>Activities a second that one workflow app's sidecar takes through; the same, 100 workflows at once, with retries.</summary>
    public const double ActivityRate = 104;

    /// <summary>
    /// Time from the end of a step to the beginning of the next: the question whether its app has a worker, and two turns.
    /// </summary>
    public const double StepSeconds = 2 * ActivitySeconds;

    /// <summary>
    /// What two ranks do of what two alone would do: 1.69 of 2 (benchmarks, two ranks against one, on a busy machine; on an idle one 1.2 to
    /// 1.3 with faster kernels). So for each doubling.
    /// </summary>
    public const double RankEfficiency = 1.69 / 2;

    /// <summary>Rates of the steps by name, events a second of one core.</summary>
    public IReadOnlyDictionary<string, double> Rates { get; init; } = new Dictionary<string, double>
    {
        ["plan"] = 400_000,
        ["convert"] = 30_000,
        ["statistics"] = 300_000,
        ["scatter"] = 40_000,
        ["shards"] = 35_000,
        ["train"] = 800_000,
        ["evaluate"] = 40_000,
    };

    /// <summary>Bytes read of the ROOT files for an event: the baskets of the wanted branches.</summary>
    public double InputBytes { get; init; } = 1_420;

    /// <summary>Bytes of a selected event in the object store, with its particles.</summary>
    public double EventBytes { get; init; } = 6_530;

    /// <summary>Part of the events that the selection keeps.</summary>
    public double Selected { get; init; } = 0.80;

    /// <summary>Part of the selected events that are drawn when classes are made equal.</summary>
    public double Drawn { get; init; } = 0.95;
}
