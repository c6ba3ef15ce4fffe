namespace DaprHep.Learning.Evaluation;

/// <summary>
/// The ROC curve of one class against the others, from (0, 0) to (1, 1). Every point lies exactly on the curve; points that no plot could
/// tell apart, neither on a linear nor on a logarithmic axis, are left out. Empty where the class or its complement has no events.
/// </summary>
/// <param name="Class">The name of the class.</param>
/// <param name="FalsePositiveRate">Rising.</param>
/// <param name="TruePositiveRate">Rising.</param>
/// <param name="Threshold">The score from which on an event counts as positive; null at (0, 0), where none does.</param>
public sealed record RocCurve(
    string Class, IReadOnlyList<double> FalsePositiveRate, IReadOnlyList<double> TruePositiveRate, IReadOnlyList<double?> Threshold)
{
    private const double LinearResolution = 0.002;
    private const double LogarithmicResolution = 0.02;

    internal static bool IsVisiblyApart(double falseRate0, double trueRate0, double falseRate1, double trueRate1) =>
        trueRate1 - trueRate0 >= LinearResolution
        || falseRate1 - falseRate0 >= LinearResolution
        || falseRate1 - falseRate0 > LogarithmicResolution * falseRate1;
}
