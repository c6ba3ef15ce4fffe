using DaprHep.Learning.Models;

namespace DaprHep.Learning.Tuning;

/// <summary>
/// A hyper-parameter, or one place of a list, that is searched. Its values lie along an axis from 0 to 1, on which they are drawn, compared
/// and plotted: evenly for <c>choice</c>, <c>int</c> and <c>uniform</c>, by their logarithm for <c>loguniform</c>.
/// </summary>
public abstract class SearchDimension
{
    private protected SearchDimension(string field, int line)
    {
        Field = field;
        Line = line;
    }

    /// <summary>Where it stands, e.g. <c>learning_rate</c> or <c>hidden[1]</c>.</summary>
    public string Field { get; }

    /// <summary>The line of the file, from 1.</summary>
    public int Line { get; }

    /// <summary>How many values there are; null for uncountably many.</summary>
    public abstract int? Count { get; }

    /// <summary>Whether the values have an order, so that one between two good ones may be good.</summary>
    public abstract bool IsOrdered { get; }

    /// <summary>The value at a place of the axis.</summary>
    /// <param name="place">From 0 to 1.</param>
    public abstract HyperParameterValue At(double place);

    /// <summary>The place of a value that <see cref="At"/> gives; the middle of its part of the axis where values are countable.</summary>
    public abstract double PlaceOf(HyperParameterValue value);

    /// <summary>The value itself where it is one of this dimension, another if not.</summary>
    internal abstract HyperParameterValue Nearest(HyperParameterValue value);

    /// <summary>The value with an index from 0 to <see cref="Count"/> − 1.</summary>
    internal HyperParameterValue Item(int index) => At((index + 0.5) / Count!.Value);
}

/// <summary>One of some values, none nearer to another than the rest: <c>choice: [64, 128]</c>.</summary>
internal sealed class ChoiceDimension(string field, int line, IReadOnlyList<HyperParameterValue> values) : SearchDimension(field, line)
{
    public override int? Count => values.Count;

    public override bool IsOrdered => false;

    public override HyperParameterValue At(double place) => values[Math.Clamp((int)(place * values.Count), 0, values.Count - 1)];

    public override double PlaceOf(HyperParameterValue value) => (values.ToList().IndexOf(value) + 0.5) / values.Count;

    internal override HyperParameterValue Nearest(HyperParameterValue value) => values.Contains(value) ? value : values[0];
}

/// <summary>A whole number: <c>int: [8, 64]</c>, ends included.</summary>
internal sealed class WholeDimension(string field, int line, int low, int high) : SearchDimension(field, line)
{
    private readonly double _count = (double)high - low + 1;

    public override int? Count => _count <= int.MaxValue ? (int)_count : null;

    public override bool IsOrdered => true;

    public override HyperParameterValue At(double place) => Math.Clamp(low + Math.Floor(place * _count), low, high);

    public override double PlaceOf(HyperParameterValue value) => (value.Number!.Value - low + 0.5) / _count;

    internal override HyperParameterValue Nearest(HyperParameterValue value) => Math.Clamp(Math.Round(value.Number ?? low), low, high);
}

/// <summary>A number: <c>uniform: [0, 0.5]</c> or, with equal chances for equal ratios, <c>loguniform: [1e-4, 1e-2]</c>.</summary>
internal sealed class RangeDimension(string field, int line, double low, double high, bool byLogarithm) : SearchDimension(field, line)
{
    private readonly double _first = byLogarithm ? Math.Log(low) : low;
    private readonly double _width = byLogarithm ? Math.Log(high) - Math.Log(low) : high - low;

    public override int? Count => null;

    public override bool IsOrdered => true;

    public override HyperParameterValue At(double place)
    {
        var value = _first + place * _width;
        return Math.Clamp(byLogarithm ? Math.Exp(value) : value, low, high);
    }

    public override double PlaceOf(HyperParameterValue value) =>
        Math.Clamp(((byLogarithm ? Math.Log(value.Number!.Value) : value.Number!.Value) - _first) / _width, 0, 1);

    internal override HyperParameterValue Nearest(HyperParameterValue value) => Math.Clamp(value.Number ?? low, low, high);
}
