namespace DaprHep.Learning.Evaluation;

/// <summary>One figure of a gate.</summary>
/// <param name="Figure"><c>auc</c> or <c>fpr_at_tpr_99</c>.</param>
/// <param name="Class">The class that it is of.</param>
/// <param name="Candidate">The candidate's value; null where the test events don't give it.</param>
/// <param name="Served">The served model's value; null where there is no such model.</param>
/// <param name="Limit">What the candidate's value must not be worse than.</param>
/// <param name="Passed">Whether it is not.</param>
public sealed record GateCheck(string Figure, string Class, double? Candidate, double? Served, double Limit, bool Passed);

/// <summary>
/// Whether a candidate may take the place of the model that is served: on the same test events its AUC of each class is not below the served
/// model's minus that one's error, and its false-positive rate at 99 % true positives not above the served model's plus that one's error.
/// The first model of a name has nobody to be compared with; it must tell each class from the rest better than chance, by three errors.
/// </summary>
/// <param name="TestSet">Digest of the test events; null where they have no identity.</param>
/// <param name="Checks">Every figure that was looked at.</param>
public sealed record PromotionGate(string? TestSet, IReadOnlyList<GateCheck> Checks)
{
    private const string Auc = "auc";
    private const string FalsePositives = "fpr_at_tpr_99";
    private const double Chance = 0.5;
    private const double ErrorsAboveChance = 3;

    /// <summary>Whether every check is passed.</summary>
    public bool Passed => Checks.All(check => check.Passed);

    /// <summary>What is wrong with the candidate, one line a check that it fails.</summary>
    public IReadOnlyList<string> Reasons =>
    [
        .. Checks.Where(check => !check.Passed).Select(check => FormattableString.Invariant(
            $"{check.Figure} of {check.Class} is {check.Candidate:G4}, expected {(check.Figure == Auc ? "at least" : "at most")} {check.Limit:G4}")),
    ];

    /// <summary>Judges the first model of a name.</summary>
    /// <param name="candidate">Its evaluation.</param>
    public static PromotionGate Judge(EvaluationResult candidate)
    {
        var metrics = candidate.Metrics;
        return new PromotionGate(candidate.TestSet, [.. metrics.Auc.Select(auc =>
        {
            var limit = Chance + (ErrorsAboveChance * (metrics.AucError.GetValueOrDefault(auc.Key) ?? 0));
            return new GateCheck(Auc, auc.Key, auc.Value, Served: null, limit, auc.Value > limit);
        })]);
    }

    /// <summary>Compares a candidate with the model that is served.</summary>
    /// <param name="candidate">Its evaluation.</param>
    /// <param name="served">That of the served model, on the same test events.</param>
    /// <exception cref="ArgumentException">The test events are not the same.</exception>
    public static PromotionGate Compare(EvaluationResult candidate, EvaluationResult served)
    {
        if (candidate.TestSet != served.TestSet)
            throw new ArgumentException("The two models were not judged by the same test events", nameof(served));
        var checks = new List<GateCheck>();
        foreach (var (name, auc) in candidate.Metrics.Auc)
        {
            var (own, error) = (served.Metrics.Auc.GetValueOrDefault(name), served.Metrics.AucError.GetValueOrDefault(name));
            var limit = (own ?? 0) - (error ?? 0);
            checks.Add(new GateCheck(Auc, name, auc, own, limit, auc >= limit));
        }

        foreach (var (name, rate) in candidate.Metrics.FprAtTpr99)
        {
            var (own, error) = (served.Metrics.FprAtTpr99.GetValueOrDefault(name), served.Metrics.FprAtTpr99Error.GetValueOrDefault(name));
            var limit = (own ?? 1) + (error ?? 0);
            checks.Add(new GateCheck(FalsePositives, name, rate, own, limit, rate <= limit));
        }

        return new PromotionGate(candidate.TestSet, checks);
    }
}
