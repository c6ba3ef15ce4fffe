using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DaprHep.Learning.Artifacts.Onnx;
using DaprHep.Learning.Models.Dense;

namespace DaprHep.Learning.Models.Recurrent;

/// <summary>
/// Gated recurrent units (Cho et al., arXiv:1406.1078) with the reset gate behind the recurrent product, as in cuDNN, PyTorch and Keras:
/// r = σ(W_r x + U_r h), z = σ(W_z x + U_z h), n = tanh(W_n x + r ⊙ (U_n h + b_n)), h' = n + z ⊙ (h − n). Gates in the order r, z, n.
/// </summary>
/// <param name="units">How many values an output has.</param>
internal sealed class GruLayer(int units) : RecurrentLayer("gru", units, gates: 3, keptRows: 5)
{
    private readonly (int, int)[] _inputErrorRows = [(0, 2 * units), (3 * units, units)];

    internal override int StateRows => Units;

    internal override int ErrorRows => 4 * Units;

    protected override ReadOnlySpan<int> StateBlocks => [4];

    protected override IReadOnlyList<(int First, int Count)> InputErrorRows => _inputErrorRows;

    protected override int GatesWithBothBiases => 2;

    protected override string OnnxOperator => "GRU";

    protected override IReadOnlyList<OnnxAttribute> OnnxAttributes => [new("linear_before_reset", 1L)];

    // ONNX has z, r, n.
    protected override IReadOnlyList<int> OnnxGates => [1, 0, 2];

    internal override SingleEventLayer ForSingleEvents(ReadOnlySpan<float> parameters)
    {
        var layer = new SingleEventGru(Units);
        for (var gate = 0; gate < 3; gate++)
            layer.SetRecurrent(gate, RecurrentWeights(parameters, gate));
        layer.SetInput(0, InputWeights(parameters, 0), StartingBiases(parameters, 0));
        layer.SetInput(1, InputWeights(parameters, 1), StartingBiases(parameters, 1));
        layer.SetInput(2, [], RecurrentBiases(parameters, 2));
        layer.SetInput(3, InputWeights(parameters, 2), StartingBiases(parameters, 2));
        return layer;
    }

    // A step leaves r, z, q = U_n h + b_n, n and h'.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    protected override void Step(
        ReadOnlySpan<float> weights, ReadOnlySpan<float> biases, ReadOnlySpan<float> projection, ReadOnlySpan<float> before,
        Span<float> slot)
    {
        var block = Units * SequenceTile.Width;
        projection[..(2 * block)].CopyTo(slot);
        for (var unit = 0; unit < Units; unit++)
            slot.Slice(2 * block + unit * SequenceTile.Width, SequenceTile.Width).Fill(biases[2 * Units + unit]);
        TileProduct.Add(
            weights, Units, 1, before[OutputFirst..], SequenceTile.Width, slot[..(3 * block)], 3 * Units, Units);

        // A loop of its own, because a processor looks ahead over too few turns of one that has all functions behind one another.
        foreach (ref var gate in Vectors(slot, 0, 2 * block))
            gate = GateFunctions.Sigmoid(gate);
        var r = Vectors(slot, 0, block);
        var z = Vectors(slot, 1, block)[..r.Length];
        var q = Vectors(slot, 2, block)[..r.Length];
        var n = Vectors(slot, 3, block)[..r.Length];
        var h = Vectors(slot, 4, block)[..r.Length];
        var old = MemoryMarshal.Cast<float, Vector256<float>>(before[OutputFirst..])[..r.Length];
        var input = MemoryMarshal.Cast<float, Vector256<float>>(projection[(2 * block)..])[..r.Length];
        for (var i = 0; i < r.Length; i++)
        {
            n[i] = GateFunctions.Tanh(Vector256.FusedMultiplyAdd(r[i], q[i], input[i]));
            h[i] = Vector256.FusedMultiplyAdd(z[i], old[i] - n[i], n[i]);
        }
    }

    // Errors in the order r, z, q, n: the first three go with the recurrent weights, r, z and n with the input weights.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    protected override void StepBack(
        ReadOnlySpan<float> weights, ReadOnlySpan<float> before, ReadOnlySpan<float> slot, Span<float> stateErrors, Span<float> errors)
    {
        var block = Units * SequenceTile.Width;
        var r = Vectors(slot, 0, block);
        var z = Vectors(slot, 1, block)[..r.Length];
        var q = Vectors(slot, 2, block)[..r.Length];
        var n = Vectors(slot, 3, block)[..r.Length];
        var old = MemoryMarshal.Cast<float, Vector256<float>>(before[OutputFirst..])[..r.Length];
        var dh = MemoryMarshal.Cast<float, Vector256<float>>(stateErrors)[..r.Length];
        var one = Vector256<float>.One;
        // The loop stores errors without bounds checks.
        if (errors.Length < (4 * Units - 1) * TileWorkspace.Stride + SequenceTile.Width)
            throw new ArgumentException("there is no room for the errors of a step");
        ref var e = ref MemoryMarshal.GetReference(errors);
        for (var i = 0; i < r.Length; i++)
        {
            var error = dh[i];
            var dn = error * (one - z[i]) * (one - n[i] * n[i]);
            var dz = error * (old[i] - n[i]) * z[i] * (one - z[i]);
            var dr = dn * q[i] * r[i] * (one - r[i]);
            dh[i] = error * z[i];
            var at = (i >> 1) * TileWorkspace.Stride + (i & 1) * Vector256<float>.Count;
            ColumnBlock.Store(dr, ref e, at);
            ColumnBlock.Store(dz, ref e, at + Units * TileWorkspace.Stride);
            ColumnBlock.Store(dn * r[i], ref e, at + 2 * Units * TileWorkspace.Stride);
            ColumnBlock.Store(dn, ref e, at + 3 * Units * TileWorkspace.Stride);
        }

        TileProduct.Add(weights, 1, Units, errors, TileWorkspace.Stride, stateErrors, Units, 3 * Units);
    }
}
