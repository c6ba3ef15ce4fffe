using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DaprHep.Data.Datasets;
using DaprHep.Learning.Artifacts;

namespace DaprHep.Learning.Inference.Drift;

/// <summary>
/// Compares the last events that a model was asked about with those that it was made with. Counts only, in bounded memory: the window is a
/// ring of slots, the oldest of which is forgotten when a new one begins. Any number of threads may use one at once.
/// </summary>
public sealed class DriftMonitor
{
    /// <summary>Events of a window where nothing else is said.</summary>
    public const int UsualWindow = 10_000;

    /// <summary>The population stability index from which on a quantity has drifted, where nothing else is said.</summary>
    public const double UsualThreshold = 0.2;

    // Fewer events than this show whatever chance gives them.
    private const int FewestEvents = 500;
    private const int Slots = 20;

    // sqrt(−ln(α/2)/2) for α = 1e-4.
    private const double KolmogorovCritical = 2.2253;

    private readonly Lock _counting = new();
    private readonly DriftReference _reference;
    private readonly MinMaxScaling _scaling;
    private readonly ReferenceHistogram[] _histograms;
    private readonly float[][] _edges;
    private readonly int[] _firstBins;
    private readonly int _features;
    private readonly bool _countsParticles;
    private readonly double _threshold;
    private readonly int _slotEvents;
    private readonly int[][] _slots;
    private readonly int[] _slotSizes = new int[Slots];
    private readonly float[] _scaled;
    private readonly long[] _totals;
    private int _slot;
    private long _events;

    /// <summary>Begins with no events.</summary>
    /// <param name="predictor">The model.</param>
    /// <param name="window">How many of the last events are compared; rounded to slots.</param>
    /// <param name="threshold">The population stability index from which on a quantity has drifted.</param>
    /// <exception cref="ModelFormatException">The model has no reference histograms.</exception>
    public DriftMonitor(Predictor predictor, int window = UsualWindow, double threshold = UsualThreshold)
    {
        ArgumentNullException.ThrowIfNull(predictor);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, Slots);
        var description = predictor.Description;
        _reference = description.Reference ?? throw new ModelFormatException(
            $"{SavedModel.DescriptionName} has no reference histograms to compare with; models trained by this version have them");
        _scaling = predictor.Scaling;
        _features = predictor.ReadsHlf ? predictor.Features : 0;
        _countsParticles = predictor.ReadsParticles;
        _threshold = threshold;
        _histograms = [.. _reference.Features, .. _reference.Scores];
        _edges = Array.ConvertAll(_histograms, PaddedEdges);
        _firstBins = new int[_histograms.Length + 1];
        for (var i = 0; i < _histograms.Length; i++)
            _firstBins[i + 1] = _firstBins[i] + _histograms[i].Counts.Count;
        _slotEvents = window / Slots;
        _slots = [.. Enumerable.Range(0, Slots).Select(_ => new int[_firstBins[^1]])];
        _totals = new long[_firstBins[^1]];
        _scaled = new float[predictor.Features];
    }

    /// <summary>Counts events that were predicted.</summary>
    /// <param name="hlf">High-level features as physics computes them, [events, features].</param>
    /// <param name="offsets">Where each event's particles begin and end, [events + 1].</param>
    /// <param name="probabilities">What was predicted, [events, classes].</param>
    public void Observe(ReadOnlySpan<float> hlf, ReadOnlySpan<int> offsets, ReadOnlySpan<float> probabilities)
    {
        var classes = _reference.Scores.Count;
        var events = probabilities.Length / classes;
        lock (_counting)
        {
            // Of more events than the window holds, all but the last would be forgotten again.
            for (var i = Math.Max(0, events - Slots * _slotEvents); i < events; i++)
            {
                var counts = NextCounts();
                var quantity = 0;
                if (_features > 0)
                {
                    _scaling.Apply(hlf.Slice(i * _features, _features), _scaled);
                    foreach (var value in _scaled)
                        Count(counts, quantity++, value);
                }
                if (_countsParticles)
                    Count(counts, quantity++, offsets[i + 1] - offsets[i]);
                foreach (var probability in probabilities.Slice(i * classes, classes))
                    Count(counts, quantity++, probability);
            }
        }
    }

    /// <summary>Compares the events of the window with the reference.</summary>
    public DriftReport Report()
    {
        long[] totals;
        long events;
        lock (_counting)
            (totals, events) = ([.. _totals], _events);
        var drifts = new QuantityDrift[_histograms.Length];
        for (var i = 0; i < drifts.Length; i++)
            drifts[i] = Compare(_histograms[i], totals.AsSpan(_firstBins[i], _histograms[i].Counts.Count), events);
        var inputs = _reference.Features.Count;
        return new DriftReport(events, drifts[..inputs], drifts[inputs..]);
    }

    private QuantityDrift Compare(ReferenceHistogram reference, ReadOnlySpan<long> counts, long events)
    {
        if (events == 0)
            return new QuantityDrift(reference.Name, 0, 0, false);
        var total = reference.Counts.Sum();
        var bins = counts.Length;
        double psi = 0, ks = 0, before = 0, now = 0;
        for (var bin = 0; bin < bins; bin++)
        {
            // Half an event more in every bin, for one that is empty to have a logarithm.
            var p = (counts[bin] + 0.5) / (events + 0.5 * bins);
            var q = (reference.Counts[bin] + 0.5) / (total + 0.5 * bins);
            psi += (p - q) * Math.Log(p / q);
            before += reference.Counts[bin] / (double)total;
            now += counts[bin] / (double)events;
            ks = Math.Max(ks, Math.Abs(before - now));
        }

        var chance = KolmogorovCritical * Math.Sqrt(1.0 / events + 1.0 / total);
        return new QuantityDrift(reference.Name, psi, ks, events >= FewestEvents && psi >= _threshold && ks > chance);
    }

    // The counts of the present slot, with one event more; a full slot makes room for the next by forgetting the oldest.
    private int[] NextCounts()
    {
        if (_slotSizes[_slot] == _slotEvents)
        {
            _slot = (_slot + 1) % Slots;
            var oldest = _slots[_slot];
            for (var bin = 0; bin < oldest.Length; bin++)
                _totals[bin] -= oldest[bin];
            Array.Clear(oldest);
            _events -= _slotSizes[_slot];
            _slotSizes[_slot] = 0;
        }

        _slotSizes[_slot]++;
        _events++;
        return _slots[_slot];
    }

    private void Count(int[] counts, int quantity, float value)
    {
        var bin = _firstBins[quantity];
        var values = Vector256.Create(value);
        foreach (var edges in MemoryMarshal.Cast<float, Vector256<float>>(_edges[quantity]))
            bin += BitOperations.PopCount(Vector256.GreaterThanOrEqual(values, edges).ExtractMostSignificantBits());
        counts[bin]++;
        _totals[bin]++;
    }

    // Filled up to whole vectors with what no value reaches.
    private static float[] PaddedEdges(ReferenceHistogram histogram)
    {
        var lanes = Vector256<float>.Count;
        var edges = new float[(histogram.Edges.Count + lanes - 1) / lanes * lanes];
        edges.AsSpan().Fill(float.PositiveInfinity);
        for (var i = 0; i < histogram.Edges.Count; i++)
            edges[i] = histogram.Edges[i];
        return edges;
    }
}
