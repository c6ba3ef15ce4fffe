using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DaprHep.Learning.Models.Recurrent;

/// <summary>
/// <see cref="GruLayer"/> for one event. Groups of sums: r, z, q = U_n h + b_n, to which a step adds, and what the particle gives n.
/// </summary>
/// <param name="units">How many values an output has.</param>
internal sealed class SingleEventGru(int units) : SingleEventLayer(units, recurrentGroups: 3, inputGroups: 4)
{
    protected override int StateLength => Group;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Step(ReadOnlySpan<float> sums, ReadOnlySpan<float> projection, Span<float> state)
    {
        var h = MemoryMarshal.Cast<float, Vector256<float>>(state);
        var r = MemoryMarshal.Cast<float, Vector256<float>>(sums[..Group])[..h.Length];
        var z = MemoryMarshal.Cast<float, Vector256<float>>(sums.Slice(Group, Group))[..h.Length];
        var q = MemoryMarshal.Cast<float, Vector256<float>>(sums.Slice(2 * Group, Group))[..h.Length];
        var input = MemoryMarshal.Cast<float, Vector256<float>>(projection.Slice(3 * Group, Group))[..h.Length];
        for (var i = 0; i < h.Length; i++)
        {
            var n = GateFunctions.Tanh(Vector256.FusedMultiplyAdd(GateFunctions.Sigmoid(r[i]), q[i], input[i]));
            h[i] = Vector256.FusedMultiplyAdd(GateFunctions.Sigmoid(z[i]), h[i] - n, n);
        }
    }
}
