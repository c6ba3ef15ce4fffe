using System.Globalization;

namespace DaprHep.Learning.Report.Charts;

/// <summary>A mark on an axis.</summary>
/// <param name="Value">Where.</param>
/// <param name="Label">Its text; empty for a minor mark.</param>
internal readonly record struct Tick(double Value, string Label)
{
    public bool IsMajor => Label.Length > 0;
}

/// <summary>Maps values to places along an axis.</summary>
internal abstract class AxisScale(double low, double high)
{
    public double Low { get; } = low;

    public double High { get; } = high;

    /// <summary>0 at the low end, 1 at the high end; beyond them for values outside.</summary>
    public abstract double Place(double value);

    /// <summary>Marks at round values.</summary>
    public abstract IReadOnlyList<Tick> Ticks();
}

/// <summary>An axis of equal steps.</summary>
internal sealed class LinearScale : AxisScale
{
    private readonly double _step;

    private LinearScale(double low, double high, double step)
        : base(low, high) => _step = step;

    /// <summary>An axis of just this range, with about that many steps; whatever the numbers, it is one that can be drawn.</summary>
    public static LinearScale Exactly(double low, double high, int steps)
    {
        (low, high) = Drawable(low, high);
        return new LinearScale(low, high, RoundStep((high - low) / steps));
    }

    /// <summary>An axis that ends at marks.</summary>
    public static LinearScale Rounded(double low, double high, int steps)
    {
        (low, high) = Drawable(low, high);
        var step = RoundStep((high - low) / steps);
        return new LinearScale(step * Math.Floor(low / step + 1e-9), step * Math.Ceiling(high / step - 1e-9), step);
    }

    /// <summary>An axis of whole numbers.</summary>
    public static LinearScale OfIntegers(double low, double high, int steps)
    {
        (low, high) = Drawable(low, high);
        return new LinearScale(low, high, Math.Max(1, RoundStep((high - low) / steps)));
    }

    public override double Place(double value) => (value - Low) / (High - Low);

    public override IReadOnlyList<Tick> Ticks()
    {
        var ticks = new List<Tick>();
        var first = Math.Ceiling(Low / _step - 1e-9);
        for (var i = 0; i < 100; i++)
        {
            var value = (first + i) * _step;
            if (value > High + 1e-9 * (High - Low))
                break;
            ticks.Add(new Tick(value, Label(value)));
        }

        return ticks;
    }

    private static (double Low, double High) Drawable(double low, double high)
    {
        if (!double.IsFinite(low) || !double.IsFinite(high) || Math.Abs(low) > 1e300 || Math.Abs(high) > 1e300)
            return (0, 1);
        var least = Math.Max(Math.Abs(low), Math.Abs(high)) * 1e-9;
        return high - low > least && high - low > 1e-300 ? (low, high) : (low - 0.5 - least, low + 0.5 + least);
    }

    private static double RoundStep(double step)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        var digit = step / power;
        return power * (digit <= 1.0001 ? 1 : digit <= 2.0001 ? 2 : digit <= 5.0001 ? 5 : 10);
    }

    private string Label(double value)
    {
        if (Math.Abs(value) < 1e-9 * _step)
            return "0";
        var largest = Math.Max(Math.Abs(Low), Math.Abs(High));
        if (largest >= 1e5 || largest < 1e-3)
        {
            var exponent = (int)Math.Floor(Math.Log10(largest) + 1e-9);
            var digits = Math.Clamp(exponent - (int)Math.Floor(Math.Log10(_step) + 1e-9), 0, 9);
            return $"{Number(value / Math.Pow(10, exponent), digits)}·{Markup.PowerOfTen(exponent)}";
        }

        return Number(value, Math.Clamp(-(int)Math.Floor(Math.Log10(_step) + 1e-9), 0, 9));
    }

    private static string Number(double value, int decimals) =>
        value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture).Replace('-', '−');
}

/// <summary>An axis of powers of ten.</summary>
internal sealed class LogScale : AxisScale
{
    private const int MostLabels = 7;
    private const int MostDecades = 30;

    private readonly int _lowExponent;
    private readonly int _highExponent;

    private LogScale(int lowExponent, int highExponent)
        : base(Math.Pow(10, lowExponent), Math.Pow(10, highExponent)) => (_lowExponent, _highExponent) = (lowExponent, highExponent);

    /// <summary>An axis of whole powers of ten around positive values; whatever the numbers, it is one that can be drawn.</summary>
    public static LogScale Around(double low, double high)
    {
        if (!(high > 0) || !double.IsFinite(high))
            high = 1;
        if (!(low > 0) || low > high)
            low = high / 10;
        var highExponent = (int)Math.Clamp(Math.Ceiling(Math.Log10(high) - 1e-9), -290, 300);
        var lowExponent = (int)Math.Clamp(Math.Floor(Math.Log10(low) + 1e-9), highExponent - MostDecades, highExponent - 1);
        return new LogScale(lowExponent, highExponent);
    }

    public override double Place(double value) => (Math.Log10(value) - _lowExponent) / (_highExponent - _lowExponent);

    public override IReadOnlyList<Tick> Ticks()
    {
        var decades = _highExponent - _lowExponent;
        var stride = (decades + MostLabels - 1) / MostLabels;
        var ticks = new List<Tick>();
        for (var exponent = _lowExponent; exponent <= _highExponent; exponent++)
        {
            var labelled = (exponent - _lowExponent) % stride == 0;
            ticks.Add(new Tick(Math.Pow(10, exponent), labelled ? Name(exponent) : ""));
            if (stride > 1 || exponent == _highExponent)
                continue;
            for (var digit = 2; digit <= 9; digit++)
                ticks.Add(new Tick(digit * Math.Pow(10, exponent), ""));
        }

        return ticks;
    }

    private static string Name(int exponent) => exponent switch
    {
        0 => "1",
        1 => "10",
        _ => Markup.PowerOfTen(exponent),
    };
}
