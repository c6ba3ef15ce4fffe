using System.Runtime.CompilerServices;

namespace DaprHep.Physics;

/// <summary>Brings azimuths from anyone's file into the range the isolation kernels take.</summary>
internal static class Azimuth
{
    /// <summary>
    /// A little over π: azimuths up to this are used as they are, so that differences round as in the reference, and two of them differ
    /// by less than one turn and a half.
    /// </summary>
    public const double AboutPi = 3.5;

    /// <summary><paramref name="phi"/> itself where |φ| ≤ <paramref name="largest"/>, else the same direction in [−π, π].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Within(double phi, double largest) => Math.Abs(phi) > largest ? Math.IEEERemainder(phi, Math.Tau) : phi;
}
