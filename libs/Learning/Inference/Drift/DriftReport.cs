namespace DaprHep.Learning.Inference.Drift;

/// <summary>How far recent events are from those that a model was made with.</summary>
/// <param name="Events">Recent events that were looked at.</param>
/// <param name="Features">What the model reads.</param>
/// <param name="Scores">The probabilities that it gave, one for each class.</param>
public sealed record DriftReport(long Events, IReadOnlyList<QuantityDrift> Features, IReadOnlyList<QuantityDrift> Scores)
{
    /// <summary>The quantities that have drifted, worst first.</summary>
    public IEnumerable<QuantityDrift> Drifted =>
        Features.Concat(Scores).Where(drift => drift.HasDrifted).OrderByDescending(drift => drift.Psi);

    /// <summary>Whether any quantity has drifted.</summary>
    public bool IsAlarm => Features.Concat(Scores).Any(drift => drift.HasDrifted);
}

/// <summary>How far one quantity is from where it was.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Psi">Population stability index: Σ (p − q)·ln(p/q) over the bins. Below 0.1 nothing has happened, from 0.2 on something
/// has.</param>
/// <param name="Ks">Kolmogorov–Smirnov distance: the largest difference of the two cumulative distributions, at the bins' edges.</param>
/// <param name="HasDrifted">Whether <paramref name="Psi"/> is over the threshold, the events are enough to tell, and
/// <paramref name="Ks"/> is more than chance gives once in ten thousand times.</param>
public sealed record QuantityDrift(string Name, double Psi, double Ks, bool HasDrifted);
