using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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
        // The loops below do without bounds checks.
        if (rows.IsEmpty || rows.Length % ParticleColumns.Count != 0)
            throw new ArgumentException($"{rows.Length} values are no whole rows of {ParticleColumns.Count}", nameof(rows));
        double count = (rows.Length / ParticleColumns.Count) + zeroRows;
        ref readonly var first = ref MemoryMarshal.GetReference(rows);
        WideRow sums = default;
        for (var at = 0; at < rows.Length; at += ParticleColumns.Count)
            sums.Add(WideRow.Load(in first, at));
        sums.StoreTo(_mean);
        for (var column = 0; column < _mean.Length; column++)
            _mean[column] /= count;

        // A second pass for the deviations: E[x²] − E[x]² would lose all digits of columns far from zero, such as a vertex in z. It also
        // finds columns whose values are all one: the mean of many equal ones may round, and their variance then is not quite zero.
        var mean = WideRow.Load(_mean);
        var one = zeroRows > 0 ? default : WideRow.Load(in first, 0);
        (sums, WideRow differs) = (default, default);
        for (var at = 0; at < rows.Length; at += ParticleColumns.Count)
        {
            var row = WideRow.Load(in first, at);
            differs.Mark(row, one);
            sums.AddSquaresOf(row, mean);
        }
        sums.StoreTo(_scale);
        Span<double> varies = stackalloc double[ParticleColumns.Count];
        differs.StoreTo(varies);
        for (var column = 0; column < _scale.Length; column++)
        {
            var variance = (_scale[column] + (zeroRows * _mean[column] * _mean[column])) / count;
            var isConstant = BitConverter.DoubleToInt64Bits(varies[column]) == 0;
            _scale[column] = isConstant || variance == 0 ? 0 : 1 / Math.Sqrt(variance);
        }
    }

    /// <summary>Writes one scaled row.</summary>
    /// <param name="row">Particle row [19].</param>
    /// <param name="destination">Receives (x − mean) / deviation [19].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Apply(ReadOnlySpan<float> row, Span<float> destination)
    {
        if (row.Length < ParticleColumns.Count || destination.Length < ParticleColumns.Count)
            throw new ArgumentException($"a particle row has {ParticleColumns.Count} values, not {row.Length} and {destination.Length}");
        WideRow.Load(in MemoryMarshal.GetReference(row), 0).Scale(WideRow.Load(_mean), WideRow.Load(_scale), destination);
    }

    /// <summary>Writes what becomes of a row of zeros.</summary>
    /// <param name="destination">Receives −mean / deviation [19].</param>
    public void ApplyToZeros(Span<float> destination)
    {
        for (var column = 0; column < ParticleColumns.Count; column++)
            destination[column] = (float)(-_mean[column] * _scale[column]);
    }
}
