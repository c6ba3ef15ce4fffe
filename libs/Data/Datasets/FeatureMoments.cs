using System.Numerics;

namespace DaprHep.Data.Datasets;

/// <summary>
/// Number, mean and variance of each column over a dataset, computed exactly and rounded once, at the end. Partial results of partitions
/// are merged, in any order, to the same bytes.
/// </summary>
public sealed class FeatureMoments
{
    private readonly ExactSum[] _sums;
    private readonly ExactSum[] _squares;

    /// <summary>The moments of no rows yet.</summary>
    /// <param name="columns">Columns a row.</param>
    public FeatureMoments(int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        _sums = [.. Enumerable.Range(0, columns).Select(_ => new ExactSum())];
        _squares = [.. Enumerable.Range(0, columns).Select(_ => new ExactSum())];
    }

    /// <summary>Columns a row.</summary>
    public int Columns => _sums.Length;

    /// <summary>Rows so far.</summary>
    public long Count { get; private set; }

    /// <summary>Adds rows [n × <see cref="Columns"/>].</summary>
    /// <exception cref="ArgumentException">The rows are not whole, or a value is not finite; the message says which.</exception>
    public void Include(ReadOnlySpan<float> rows)
    {
        if (rows.Length % Columns != 0)
            throw new ArgumentException($"{rows.Length} values are no whole rows of {Columns}", nameof(rows));
        for (int start = 0; start < rows.Length; start += Columns)
        {
            for (int column = 0; column < Columns; column++)
            {
                float value = rows[start + column];
                if (!float.IsFinite(value))
                {
                    throw new ArgumentException(
                        $"row {start / Columns} has {value} in column {column} where a finite number is expected", nameof(rows));
                }
                _sums[column].Add(value);
                _squares[column].AddSquare(value);
            }
            Count++;
        }
    }

    /// <summary>Adds the rows of another part of the dataset.</summary>
    /// <exception cref="ArgumentException">The other has a different number of columns.</exception>
    public void Merge(FeatureMoments other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Columns != Columns)
            throw new ArgumentException($"cannot merge moments of {other.Columns} columns into {Columns}", nameof(other));
        Count += other.Count;
        for (int column = 0; column < Columns; column++)
        {
            _sums[column].Merge(other._sums[column]);
            _squares[column].Merge(other._squares[column]);
        }
    }

    /// <summary>Mean of a column, the double nearest to the true one; NaN without rows.</summary>
    public double Mean(int column) =>
        Count == 0 ? double.NaN : Nearest(_sums[column].ToUnits(), Count, ExactSum.UnitExponent);

    /// <summary>Variance of a column, Σ(x − mean)²/n, the double nearest to the true one; NaN without rows.</summary>
    public double Variance(int column)
    {
        if (Count == 0)
            return double.NaN;
        // n·Σx² − (Σx)², over n²: sums of numbers are in units of 2^e, squares of sums in units of 2^2e.
        BigInteger sum = _sums[column].ToUnits();
        BigInteger squares = _squares[column].ToUnits() << -ExactSum.UnitExponent;
        return Nearest((squares * Count) - (sum * sum), (BigInteger)Count * Count, 2 * ExactSum.UnitExponent);
    }

    // numerator / denominator · 2^exponent, correctly rounded to 53 bits: one bit more than a double has, and whether anything is below it.
    private static double Nearest(BigInteger numerator, BigInteger denominator, int exponent)
    {
        if (numerator.IsZero)
            return 0;
        int shift = 66 - (int)(numerator.GetBitLength() - denominator.GetBitLength());
        BigInteger scaled = shift >= 0 ? BigInteger.Abs(numerator) << shift : BigInteger.Abs(numerator);
        BigInteger divisor = shift >= 0 ? denominator : denominator << -shift;
        BigInteger quotient = BigInteger.DivRem(scaled, divisor, out BigInteger rest);
        if (!rest.IsZero)
            quotient |= BigInteger.One;
        double value = Math.ScaleB((double)RoundedToDouble(quotient, out int dropped), exponent - shift + dropped);
        return numerator.Sign < 0 ? -value : value;
    }

    // Half to even, on the 53 leading bits.
    private static ulong RoundedToDouble(BigInteger value, out int dropped)
    {
        dropped = (int)value.GetBitLength() - 53;
        ulong kept = (ulong)(value >> dropped);
        BigInteger rest = value & ((BigInteger.One << dropped) - 1), half = BigInteger.One << (dropped - 1);
        return rest > half || (rest == half && (kept & 1) == 1) ? kept + 1 : kept;
    }
}
