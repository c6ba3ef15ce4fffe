using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tuning;

/// <summary>
/// Tree-structured Parzen estimators (Bergstra et al., "Algorithms for Hyper-Parameter Optimization", NIPS 2011): of the trials so far,
/// the best quarter give one density along each dimension and the rest another; the next point is where the first is largest
/// relative to the second. Dimensions are taken one by one, as there.
/// </summary>
internal static class TreeParzenEstimator
{
    /// <summary>Trials drawn at random before there is anything to go by.</summary>
    internal const int StartingTrials = 10;

    private const double GoodShare = 0.25;
    private const int Candidates = 24;

    /// <summary>A point of the space.</summary>
    /// <param name="space">The space.</param>
    /// <param name="trials">The trials so far. Those without a result count as bad, so that parallel trials keep apart.</param>
    /// <param name="random">Draws the candidates.</param>
    internal static HyperParameterValue[] Next(SearchSpace space, IReadOnlyList<Trial> trials, ref SeededRandom random)
    {
        var ranked = trials.OrderByDescending(trial => trial.Auc ?? double.NegativeInfinity).ThenBy(trial => trial.Id)
            .Select(trial => space.PointOf(trial.Parameters)).ToArray();
        var good = (int)Math.Ceiling(GoodShare * trials.Count(trial => trial.Auc is not null));
        var point = new HyperParameterValue[space.Dimensions.Count];
        for (var d = 0; d < point.Length; d++)
        {
            var dimension = space.Dimensions[d];
            var places = Array.ConvertAll(ranked, values => dimension.PlaceOf(values[d]));
            var (promising, other) = (Density.Of(dimension, places[..good]), Density.Of(dimension, places[good..]));
            var best = double.NegativeInfinity;
            for (var candidate = 0; candidate < Candidates; candidate++)
            {
                var value = dimension.At(promising.Draw(ref random));
                var place = dimension.PlaceOf(value);
                var score = Math.Log(promising.At(place)) - Math.Log(other.At(place));
                if (score > best)
                    (best, point[d]) = (score, value);
            }
        }

        return point;
    }

    /// <summary>A density along the axis of a dimension, from 0 to 1.</summary>
    private abstract class Density
    {
        internal static Density Of(SearchDimension dimension, double[] places) =>
            dimension.IsOrdered ? new Mixture(places) : new Shares(places, dimension.Count!.Value);

        internal abstract double At(double place);

        internal abstract double Draw(ref SeededRandom random);
    }

    /// <summary>
    /// A normal distribution around each observation, as wide as the way to its farther neighbour, and a wide one in the middle, all cut
    /// off at the ends.
    /// </summary>
    private sealed class Mixture : Density
    {
        private readonly (double Mean, double Width, double Inside)[] _parts;

        internal Mixture(double[] places)
        {
            double[] sorted = [0, .. places.Order(), 1];
            var narrowest = 1.0 / Math.Min(100, places.Length + 1);
            _parts = new (double, double, double)[places.Length + 1];
            _parts[0] = Part(0.5, 1);
            for (var i = 1; i <= places.Length; i++)
                _parts[i] = Part(sorted[i], Math.Max(narrowest, Math.Max(sorted[i] - sorted[i - 1], sorted[i + 1] - sorted[i])));
        }

        internal override double At(double place)
        {
            var sum = 0.0;
            foreach (var (mean, width, inside) in _parts)
                sum += Math.Exp(-0.5 * Math.Pow((place - mean) / width, 2)) / (width * inside);
            return sum / _parts.Length;
        }

        internal override double Draw(ref SeededRandom random)
        {
            var (mean, width, _) = _parts[random.NextBelow(_parts.Length)];
            while (true)
            {
                // Box and Muller.
                var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
                var place = mean + width * radius * Math.Cos(2 * Math.PI * random.NextDouble());
                if (place is >= 0 and <= 1)
                    return place;
            }
        }

        private static (double Mean, double Width, double Inside) Part(double mean, double width) =>
            (mean, width, Below((1 - mean) / width) - Below(-mean / width));

        /// <summary>The normal distribution function, to 1e-7 (Abramowitz and Stegun, 7.1.26).</summary>
        private static double Below(double deviations)
        {
            var x = Math.Abs(deviations) / Math.Sqrt(2);
            var t = 1 / (1 + 0.3275911 * x);
            var polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
            var half = 0.5 * polynomial * Math.Exp(-x * x);
            return deviations < 0 ? half : 1 - half;
        }
    }

    /// <summary>How often each of some values was observed, and once more.</summary>
    private sealed class Shares : Density
    {
        private readonly double[] _shares;

        internal Shares(double[] places, int count)
        {
            _shares = new double[count];
            Array.Fill(_shares, 1.0 / (places.Length + count));
            foreach (var place in places)
                _shares[IndexOf(place)] += 1.0 / (places.Length + count);
        }

        internal override double At(double place) => _shares[IndexOf(place)];

        internal override double Draw(ref SeededRandom random)
        {
            var rest = random.NextDouble();
            for (var i = 0; i < _shares.Length - 1; i++)
            {
                rest -= _shares[i];
                if (rest < 0)
                    return (i + 0.5) / _shares.Length;
            }

            return (_shares.Length - 0.5) / _shares.Length;
        }

        private int IndexOf(double place) => Math.Clamp((int)(place * _shares.Length), 0, _shares.Length - 1);
    }
}
