using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DaprHep.Physics;

/// <summary>Decides which objects lie in the cone around a direction, eight pairs at a time.</summary>
internal interface IIsolationCone
{
    /// <summary>
    /// All bits of a lane set where the object counts. The differences are object minus centre; where one is not a number, it does not.
    /// </summary>
    static abstract Vector512<double> Contains(Vector512<double> deltaEta, Vector512<double> deltaPhi);
}

/// <summary>ΔR &lt; 0.3 with Δφ in (−π, π]. Azimuths up to <see cref="Azimuth.AboutPi"/>.</summary>
internal readonly struct WrappedCone : IIsolationCone
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Contains(Vector512<double> deltaEta, Vector512<double> deltaPhi)
    {
        return Vector512.LessThan(SquaredDistance(deltaEta, deltaPhi), Vector512.Create(ConeConstants.SquaredRadius));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> SquaredDistance(Vector512<double> deltaEta, Vector512<double> deltaPhi)
    {
        // The same steps as AngularDistance.WrapToPi, with the one turn there can be, so that cone edges are decided alike.
        var turn = Vector512.Create(Math.Tau);
        var shifted = deltaPhi + Vector512.Create(Math.PI);
        shifted = Vector512.ConditionalSelect(Vector512.LessThan(shifted, Vector512<double>.Zero), shifted + turn, shifted);
        shifted = Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(shifted, turn), shifted - turn, shifted);
        var wrapped = shifted - Vector512.Create(Math.PI);
        return (deltaEta * deltaEta) + (wrapped * wrapped);
    }
}

/// <summary>The same without what lies within ΔR ≤ 10⁻⁴: the track of the lepton itself.</summary>
internal readonly struct WrappedConeWithoutCentre : IIsolationCone
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Contains(Vector512<double> deltaEta, Vector512<double> deltaPhi)
    {
        var squared = WrappedCone.SquaredDistance(deltaEta, deltaPhi);
        return Vector512.LessThan(squared, Vector512.Create(ConeConstants.SquaredRadius))
            & Vector512.GreaterThan(Vector512.Sqrt(squared), Vector512.Create(SelectionCuts.SameObjectRadius));
    }
}

/// <summary>The cone of the published pipeline: cut at φ = ±π, since Δφ is wrapped only beyond ±2π.</summary>
internal readonly struct CutCone : IIsolationCone
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Contains(Vector512<double> deltaEta, Vector512<double> deltaPhi)
    {
        var turn = Vector512.Create(Math.Tau);
        var wrapped = Vector512.ConditionalSelect(Vector512.GreaterThan(deltaPhi, turn), deltaPhi - turn, deltaPhi);
        wrapped = Vector512.ConditionalSelect(Vector512.LessThan(deltaPhi, -turn), deltaPhi + turn, wrapped);
        return Vector512.LessThan((deltaEta * deltaEta) + (wrapped * wrapped), Vector512.Create(ConeConstants.SquaredRadius));
    }
}

internal static class ConeConstants
{
    public const double SquaredRadius = SelectionCuts.ConeRadius * SelectionCuts.ConeRadius;
}
