namespace DaprHep.Cli.Simulation;

/// <summary>What there is to be done, and by what.</summary>
internal sealed record ClusterShape
{
    /// <summary>Events in the ROOT files.</summary>
    public long Events { get; init; } = 54_000_000;

    /// <summary>ROOT files.</summary>
    public int Files { get; init; } = 2_700;

    /// <summary>Passes over the training events.</summary>
    public int Epochs { get; init; } = 50;

    /// <summary>Machines.</summary>
    public int Nodes { get; init; } = 4;

    /// <summary>Cores of a machine.</summary>
    public int Cores { get; init; } = 16;

    /// <summary>Processes of ingest; one has as many slots as its machine has cores.</summary>
    public int Ingest { get; init; } = 4;

    /// <summary>Processes of features.</summary>
    public int Features { get; init; } = 4;

    /// <summary>Processes that train together.</summary>
    public int Ranks { get; init; } = 4;

    /// <summary>Bytes a second that the object store gives and takes, in all.</summary>
    public double StoreBytes { get; init; } = 1.25e9;
}
