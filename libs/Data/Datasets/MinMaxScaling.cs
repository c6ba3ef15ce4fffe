namespace DaprHep.Data.Datasets;

/// <summary>
/// The smallest and largest value of each column over a dataset, and the scaling to [0, 1] they define. Computes in double precision.
/// Partial results of partitions are merged, in any order, to the same result.
/// </summary>
public sealed class MinMaxScaling
{
    private readonly double[] _minimum;
    private readonly double[] _maximum;

    /// <summary>The scaling of no rows yet.</summary>
    /// <param name="columns">Columns a row.</param>
    public MinMaxScaling(int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        _minimum = new double[columns];
        _maximum = new double[columns];
        _minimum.AsSpan().Fill(double.PositiveInfinity);
        _maximum.AsSpan().Fill(double.NegativeInfinity);
    }

    /// <summary>A scaling fitted before.</summary>
    /// <param name="minimum">Smallest value of each column.</param>
    /// <param name="maximum">Largest value of each column.</param>
    /// <exception cref="ArgumentException">The two differ in length or are empty, or are no ranges of finite numbers.</exception>
    public MinMaxScaling(ReadOnlySpan<double> minimum, ReadOnlySpan<double> maximum)
    {
        if (minimum.IsEmpty || minimum.Length != maximum.Length)
        {
            throw new ArgumentException(
                $"a scaling has as many minima as maxima, not {minimum.Length} and {maximum.Length}", nameof(maximum));
        }
        for (var column = 0; column < minimum.Length; column++)
        {
            if (!double.IsFinite(minimum[column]) || !double.IsFinite(maximum[column]) || minimum[column] > maximum[column])
                throw new ArgumentException($"column {column} has no range from {minimum[column]} to {maximum[column]}", nameof(minimum));
        }
        _minimum = minimum.ToArray();
        _maximum = maximum.ToArray();
    }

    /// <summary>Columns a row.</summary>
    public int Columns => _minimum.Length;

    /// <summary>Smallest value of each column; +∞ before any row.</summary>
    public ReadOnlySpan<double> Minimum => _minimum;

    /// <summary>Largest value of each column; −∞ before any row.</summary>
    public ReadOnlySpan<double> Maximum => _maximum;

    /// <summary>Widens the ranges to include <paramref name="rows"/> [n × <see cref="Columns"/>].</summary>
    /// <exception cref="ArgumentException">The rows are not whole, or a value is not finite; the message says which.</exception>
    public void Include(ReadOnlySpan<float> rows)
    {
        RequireWholeRows(rows.Length, nameof(rows));
        for (var i = 0; i < rows.Length; i++)
        {
            var (value, column) = (rows[i], i % Columns);
            if (!float.IsFinite(value))
            {
                throw new ArgumentException(
                    $"row {i / Columns} has {value} in column {column} where a finite number is expected", nameof(rows));
            }
            _minimum[column] = Math.Min(_minimum[column], value);
            _maximum[column] = Math.Max(_maximum[column], value);
        }
    }

    /// <summary>Widens the ranges to those of another part of the dataset.</summary>
    /// <exception cref="ArgumentException">The other has a different number of columns.</exception>
    public void Merge(MinMaxScaling other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Columns != Columns)
            throw new ArgumentException($"cannot merge ranges of {other.Columns} columns into {Columns}", nameof(other));
        for (var column = 0; column < Columns; column++)
        {
            _minimum[column] = Math.Min(_minimum[column], other._minimum[column]);
            _maximum[column] = Math.Max(_maximum[column], other._maximum[column]);
        }
    }

    /// <summary>
    /// Scales a value: (x − min) / (max − min), and 0.5 in a column that is constant over the dataset, as the published pipeline's
    /// scaler does. Values outside the fitted range come out below 0 or above 1.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="minimum">The smallest value of its column.</param>
    /// <param name="maximum">The largest value of its column.</param>
    public static float Scale(float value, double minimum, double maximum) =>
        maximum > minimum ? (float)((value - minimum) / (maximum - minimum)) : 0.5f;

    /// <summary>Scales rows, each value as <see cref="Scale"/> does.</summary>
    /// <param name="rows">Values [n × <see cref="Columns"/>].</param>
    /// <param name="destination">Receives as many; may be <paramref name="rows"/> itself.</param>
    /// <exception cref="ArgumentException">The rows are not whole, or the destination is too short.</exception>
    /// <exception cref="InvalidOperationException">No row has been included.</exception>
    public void Apply(ReadOnlySpan<float> rows, Span<float> destination)
    {
        RequireWholeRows(rows.Length, nameof(rows));
        if (destination.Length < rows.Length)
            throw new ArgumentException($"{rows.Length} values do not fit a destination of {destination.Length}", nameof(destination));
        if (_minimum[0] > _maximum[0])
            throw new InvalidOperationException("a scaling needs the range of at least one row: include the training data first");
        for (var i = 0; i < rows.Length; i++)
        {
            var column = i % Columns;
            destination[i] = Scale(rows[i], _minimum[column], _maximum[column]);
        }
    }

    private void RequireWholeRows(int values, string parameter)
    {
        if (values % Columns != 0)
            throw new ArgumentException($"{values} values are no whole rows of {Columns}", parameter);
    }
}
