namespace DaprHep.Cli.Simulation;

/// <summary>What a simulation found.</summary>
/// <param name="Makespan">Seconds from start to end.</param>
/// <param name="Steps">The steps in their order.</param>
/// <param name="Stations">What there was, and how much of it was in use on average.</param>
internal sealed record SimulatedRun(double Makespan, IReadOnlyList<SimulatedStep> Steps, IReadOnlyList<SimulatedStation> Stations)
{
    /// <summary>The step that takes longest.</summary>
    public SimulatedStep Longest => Steps.MaxBy(step => step.Seconds)!;

    /// <summary>What is used most: more of it shortens the run most.</summary>
    public SimulatedStation Bottleneck => Stations.MaxBy(station => station.Utilisation)!;
}

/// <summary>A step, and its seconds.</summary>
internal sealed record SimulatedStep(string Step, double Seconds);

/// <summary>Cores, processes' slots, the store, or the workflow's sidecar.</summary>
internal sealed record SimulatedStation(string Name, int Places, double Utilisation);
