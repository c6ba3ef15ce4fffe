using DaprHep.Learning.Inference;

namespace DaprHep.Gateway.Dashboard;

/// <summary>The answer of <c>GET /runs/{run}/data/{event}</c>: one event of a run, and what the run's model says of it.</summary>
internal sealed record EventDocument
{
    /// <summary>The run.</summary>
    public required string Run { get; init; }

    /// <summary>The event's id, as text: it has 64 bits.</summary>
    public required string Event { get; init; }

    /// <summary>The file that it comes from.</summary>
    public required string File { get; init; }

    /// <summary>Its entry in the file's tree.</summary>
    public required uint Entry { get; init; }

    /// <summary>The class that it is of; null where that is not known.</summary>
    public string? Class { get; init; }

    /// <summary>The names of the classes.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>The features as physics computes them, each with its distribution by class.</summary>
    public required IReadOnlyList<EventFeature> Features { get; init; }

    /// <summary>The particles, the lepton first.</summary>
    public required IReadOnlyList<EventParticle> Particles { get; init; }

    /// <summary>Jets of the particles (anti-k_T, R = 0.4, p_T &gt; 20 GeV).</summary>
    public required IReadOnlyList<EventJet> Jets { get; init; }

    /// <summary>What the model's probabilities rest on.</summary>
    public required Explanation Explanation { get; init; }
}

/// <summary>A feature of an event.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
/// <param name="Edges">Edges of the bins of its distribution.</param>
/// <param name="Counts">Events in each bin, by class, each class scaled to unit sum.</param>
internal sealed record EventFeature(string Name, float Value, IReadOnlyList<double> Edges, IReadOnlyList<IReadOnlyList<double>> Counts);

/// <summary>A particle of an event.</summary>
/// <param name="Kind"><c>electron</c>, <c>muon</c>, <c>track</c>, <c>photon</c> or <c>neutral hadron</c>.</param>
/// <param name="Pt">Transverse momentum or energy, GeV.</param>
/// <param name="Eta">Pseudorapidity.</param>
/// <param name="Phi">Azimuth, rad.</param>
internal sealed record EventParticle(string Kind, float Pt, float Eta, float Phi);

/// <summary>A jet of an event.</summary>
/// <param name="Pt">Transverse momentum, GeV.</param>
/// <param name="Eta">Pseudorapidity.</param>
/// <param name="Phi">Azimuth, rad.</param>
/// <param name="Particles">How many particles are in it.</param>
internal sealed record EventJet(double Pt, double Eta, double Phi, int Particles);
