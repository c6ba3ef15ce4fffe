namespace DaprHep.Learning.Evaluation;

/// <summary>
/// Whether the probabilities of a class mean what they say: of events given 80 %, four in five should belong to it. Events are binned by
/// probability; bins without events are left out.
/// </summary>
/// <param name="Class">The name of the class.</param>
/// <param name="MeanProbability">The mean probability given in each bin, rising.</param>
/// <param name="Fraction">The part of the bin's events that belong to the class.</param>
/// <param name="Events">How many events each bin has.</param>
public sealed record CalibrationCurve(
    string Class, IReadOnlyList<double> MeanProbability, IReadOnlyList<double> Fraction, IReadOnlyList<int> Events)
{
    private const int Bins = 15;

    /// <summary>
    /// The expected calibration error: the mean distance between probability and fraction, each bin by its events (Naeini, Cooper and
    /// Hauskrecht, 2015).
    /// </summary>
    public double Error
    {
        get
        {
            var total = 0.0;
            for (var bin = 0; bin < Events.Count; bin++)
                total += Events[bin] * Math.Abs(MeanProbability[bin] - Fraction[bin]);
            return total / Events.Sum();
        }
    }

    internal static CalibrationCurve Of(
        ReadOnlySpan<float> probabilities, ReadOnlySpan<sbyte> labels, int classes, int positiveClass, string name)
    {
        var events = new int[Bins];
        var positives = new int[Bins];
        var sums = new double[Bins];
        for (var i = 0; i < labels.Length; i++)
        {
            var probability = probabilities[i * classes + positiveClass];
            var bin = Math.Min(Bins - 1, (int)(probability * Bins));
            events[bin]++;
            sums[bin] += probability;
            positives[bin] += labels[i] == positiveClass ? 1 : 0;
        }

        var filled = Enumerable.Range(0, Bins).Where(bin => events[bin] > 0).ToArray();
        return new CalibrationCurve(
            name,
            Array.ConvertAll(filled, bin => sums[bin] / events[bin]),
            Array.ConvertAll(filled, bin => (double)positives[bin] / events[bin]),
            Array.ConvertAll(filled, bin => events[bin]));
    }
}
