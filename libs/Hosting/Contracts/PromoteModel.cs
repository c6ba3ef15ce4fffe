using DaprHep.Hosting.Runs;

namespace DaprHep.Hosting.Contracts;

/// <summary>Input of activity <c>Promote</c>: a run's model is to be served, if it is not worse than the one that is.</summary>
/// <param name="Run">Name of the run.</param>
/// <param name="Store">URL of the object store with the model.</param>
/// <param name="Name">Name under which it is to be served.</param>
/// <param name="Statistics">Key of the statistics that the test shards were built with.</param>
/// <param name="Model">Prefix of the model's objects.</param>
/// <param name="Evaluation">Key of the evaluation object.</param>
/// <param name="Seed">Seed of the evaluation, so that the served model is judged by the same resamples.</param>
public sealed record PromoteModelInput(
    string Run, string Store, string Name, string Statistics, string Model, string Evaluation, int Seed) : IRunInput;

/// <summary>What came of a promotion; a refusal is a result, not a failure.</summary>
/// <param name="Name">Name of the served model.</param>
/// <param name="Version">The version that the run's model became.</param>
/// <param name="Served">Whether it is served now.</param>
/// <param name="Against">The version that it was compared with; null for the first of its name.</param>
/// <param name="Reasons">Why it was refused; empty where it was not.</param>
/// <param name="Gate">Key of the object with every figure that was compared.</param>
public sealed record PromotionResult(
    string Name, string Version, bool Served, string? Against, IReadOnlyList<string> Reasons, string Gate)
{
    /// <summary>The result in a line for people.</summary>
    public override string ToString() => Served
        ? $"{Version} of {Name} is served{(Against is null ? ", the first of its name" : $", in place of {Against}")}"
        : $"{Version} of {Name} is not served: {string.Join("; ", Reasons)}";
}
