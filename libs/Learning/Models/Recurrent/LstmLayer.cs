using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DaprHep.Learning.Models.Dense;

namespace DaprHep.Learning.Models.Recurrent;

/// <summary>
/// Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000): i, f, o = σ(W x + U h),
/// g = tanh(W_g x + U_g h), c' = f ⊙ c + i ⊙ g, h' = o ⊙ tanh(c'). Gates in the order i, f, g, o.
/// </summary>
/// <param name="units">How many values an output has.</param>
internal sealed class LstmLayer(int units) : RecurrentLayer("lstm", units, gates: 4, keptRows: 7)
{
    private readonly (int, int)[] _inputErrorRows = [(0, 4 * units)];

    internal override int StateRows => 2 * Units;

    internal override int ErrorRows => 4 * Units;

    protected override ReadOnlySpan<int> StateBlocks => [4, 6];

    protected override IReadOnlyList<(int First, int Count)> InputErrorRows => _inputErrorRows;

    protected override int GatesWithBothBiases => 4;

    protected override string OnnxOperator => "LSTM";

    // ONNX has i, o, f, g.
    protected override IReadOnlyList<int> OnnxGates => [0, 3, 1, 2];

    internal override SingleEventLayer ForSingleEvents(ReadOnlySpan<float> parameters)
    {
        var layer = new SingleEventLstm(Units);
        for (var gate = 0; gate < 4; gate++)
        {
            layer.SetRecurrent(gate, RecurrentWeights(parameters, gate));
            layer.SetInput(gate, InputWeights(parameters, gate), StartingBiases(parameters, gate));
        }
        return layer;
    }

    // A step leaves i, f, g, o, c', tanh(c') and h'.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    protected override void Step(
        ReadOnlySpan<float> weights, ReadOnlySpan<float> biases, ReadOnlySpan<float> projection, ReadOnlySpan<float> before,
        Span<float> slot)
    {
        var block = Units * SequenceTile.Width;
        projection.CopyTo(slot);
        TileProduct.Add(
            weights, Units, 1, before[OutputFirst..], SequenceTile.Width, slot[..(4 * block)], 4 * Units, Units);

        var i = Vectors(slot, 0, block);
        var f = Vectors(slot, 1, block)[..i.Length];
        var g = Vectors(slot, 2, block)[..i.Length];
        var o = Vectors(slot, 3, block)[..i.Length];
        var c = Vectors(slot, 4, block)[..i.Length];
        var tanh = Vectors(slot, 5, block)[..i.Length];
        var h = Vectors(slot, 6, block)[..i.Length];
        var old = Vectors(before, 4, block)[..i.Length];
        for (var k = 0; k < i.Length; k++)
        {
            i[k] = GateFunctions.Sigmoid(i[k]);
            f[k] = GateFunctions.Sigmoid(f[k]);
            g[k] = GateFunctions.Tanh(g[k]);
            o[k] = GateFunctions.Sigmoid(o[k]);
            c[k] = Vector256.FusedMultiplyAdd(f[k], old[k], i[k] * g[k]);
            tanh[k] = GateFunctions.Tanh(c[k]);
            h[k] = o[k] * tanh[k];
        }
    }

    // Errors in the order of the gates; the state's are those of h, then those of c.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    protected override void StepBack(
        ReadOnlySpan<float> weights, ReadOnlySpan<float> before, ReadOnlySpan<float> slot, Span<float> stateErrors, Span<float> errors)
    {
        var block = Units * SequenceTile.Width;
        var i = Vectors(slot, 0, block);
        var f = Vectors(slot, 1, block)[..i.Length];
        var g = Vectors(slot, 2, block)[..i.Length];
        var o = Vectors(slot, 3, block)[..i.Length];
        var tanh = Vectors(slot, 5, block)[..i.Length];
        var old = Vectors(before, 4, block)[..i.Length];
        var dh = MemoryMarshal.Cast<float, Vector256<float>>(stateErrors[..block])[..i.Length];
        var dc = MemoryMarshal.Cast<float, Vector256<float>>(stateErrors[block..])[..i.Length];
        var one = Vector256<float>.One;
        // The loop stores errors without bounds checks.
        if (errors.Length < (4 * Units - 1) * TileWorkspace.Stride + SequenceTile.Width)
            throw new ArgumentException("there is no room for the errors of a step");
        ref var e = ref MemoryMarshal.GetReference(errors);
        for (var k = 0; k < i.Length; k++)
        {
            var output = dh[k];
            var memory = dc[k] + output * o[k] * (one - tanh[k] * tanh[k]);
            dh[k] = Vector256<float>.Zero;
            dc[k] = memory * f[k];
            var at = (k >> 1) * TileWorkspace.Stride + (k & 1) * Vector256<float>.Count;
            ColumnBlock.Store(memory * g[k] * i[k] * (one - i[k]), ref e, at);
            ColumnBlock.Store(memory * old[k] * f[k] * (one - f[k]), ref e, at + Units * TileWorkspace.Stride);
            ColumnBlock.Store(memory * i[k] * (one - g[k] * g[k]), ref e, at + 2 * Units * TileWorkspace.Stride);
            ColumnBlock.Store(output * tanh[k] * o[k] * (one - o[k]), ref e, at + 3 * Units * TileWorkspace.Stride);
        }

        TileProduct.Add(weights, 1, Units, errors, TileWorkspace.Stride, stateErrors[..block], Units, 4 * Units);
    }
}
