using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DaprHep.Learning.Models.Recurrent;

/// <summary><see cref="LstmLayer"/> for one event. Groups of sums: i, f, g, o; the state is h, then c.</summary>
/// <param name="units">How many values an output has.</param>
internal sealed class SingleEventLstm(int units) : SingleEventLayer(units, recurrentGroups: 4, inputGroups: 4)
{
    protected override int StateLength => 2 * Group;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Step(ReadOnlySpan<float> sums, ReadOnlySpan<float> projection, Span<float> state)
    {
        var h = MemoryMarshal.Cast<float, Vector256<float>>(state[..Group]);
        var c = MemoryMarshal.Cast<float, Vector256<float>>(state.Slice(Group, Group))[..h.Length];
        var i = MemoryMarshal.Cast<float, Vector256<float>>(sums[..Group])[..h.Length];
        var f = MemoryMarshal.Cast<float, Vector256<float>>(sums.Slice(Group, Group))[..h.Length];
        var g = MemoryMarshal.Cast<float, Vector256<float>>(sums.Slice(2 * Group, Group))[..h.Length];
        var o = MemoryMarshal.Cast<float, Vector256<float>>(sums.Slice(3 * Group, Group))[..h.Length];
        for (var k = 0; k < h.Length; k++)
        {
            c[k] = Vector256.FusedMultiplyAdd(
                GateFunctions.Sigmoid(f[k]), c[k], GateFunctions.Sigmoid(i[k]) * GateFunctions.Tanh(g[k]));
            h[k] = GateFunctions.Sigmoid(o[k]) * GateFunctions.Tanh(c[k]);
        }
    }
}
