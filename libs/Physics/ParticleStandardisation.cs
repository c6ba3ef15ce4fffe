using System.Runtime.CompilerServices;

namespace DaprHep.Physics;

/// <summary>
/// Mean and population standard deviation of each particle column over one event, and the rows scaled with them. A column that
/// is constant over the event becomes 0.
/// </summary>
public readonly ref struct ParticleStandardisation
{
    private readonly Span<double> _mean;
    private readonly Span<double> _scale;

    /// <summary>Measures one event.</summary>
    /// <param name="rows">Particle rows [n × 19].</param>
    /// <param name="zeroRows">How many rows of zeros to count besides.</param>
    /// <param name="memory">Working memory, at least 2 × 19.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ParticleStandardisation(ReadOnlySpan<float> rows, int zeroRows, Span<double> memory)
    {
        _mean = memory[..ParticleColumns.Count];
        _scale = memory.Slice(ParticleColumns.Count, ParticleColumns.Count);
        _mean.Clear();
        _scale.Clear();
        double count = (rows.Length / ParticleColumns.Count) + zeroRows;
        for (var start = 0; start < rows.Length; start += ParticleColumns.Count)
        {
            var row = rows.Slice(start, ParticleColumns.Count);
            for (var column = 0; column < row.Length; column++)
                _mean[column] += row[column];
        }
        for (var column = 0; column < _mean.Length; column++)
            _mean[column] /= count;

        // A second pass for the deviations: E[x²] − E[x]² would lose all digits of columns far from zero, such as a vertex in z.
        for (var start = 0; start < rows.Length; start += ParticleColumns.Count)
        {
            var row = rows.Slice(start, ParticleColumns.Count);
            for (var column = 0; column < row.Length; column++)
                _scale[column] += (row[column] - _mean[column]) * (row[column] - _mean[column]);
        }
        for (var column = 0; column < _scale.Length; column++)
        {
            var variance = (_scale[column] + (zeroRows * _mean[column] * _mean[column])) / count;
            _scale[column] = IsConstant(rows, column, zeroRows) || variance == 0 ? 0 : 1 / Math.Sqrt(variance);
        }
    }

    /// <summary>Writes one scaled row.</summary>
    /// <param name="row">Particle row [19].</param>
    /// <param name="destination">Receives (x − mean) / deviation [19].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Apply(ReadOnlySpan<float> row, Span<float> destination)
    {
        for (var column = 0; column < ParticleColumns.Count; column++)
            destination[column] = (float)((row[column] - _mean[column]) * _scale[column]);
    }

    /// <summary>Writes what becomes of a row of zeros.</summary>
    /// <param name="destination">Receives −mean / deviation [19].</param>
    public void ApplyToZeros(Span<float> destination)
    {
        for (var column = 0; column < ParticleColumns.Count; column++)
            destination[column] = (float)(-_mean[column] * _scale[column]);
    }

    /// <summary>Whether all values are one: the mean of many equal ones may round, and their variance then is not quite zero.</summary>
    private static bool IsConstant(ReadOnlySpan<float> rows, int column, int zeroRows)
    {
        var first = zeroRows > 0 ? 0 : rows[column];
        for (var i = column; i < rows.Length; i += ParticleColumns.Count)
        {
            if (rows[i] != first)
                return false;
        }
        return true;
    }
}
