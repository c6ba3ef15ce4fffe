namespace DaprHep.Physics;

/// <summary>Differences of azimuth, and distances ΔR = √(Δη² + Δφ²), in rad.</summary>
public static class AngularDistance
{
    /// <summary>
    /// The difference <paramref name="deltaPhi"/> of two azimuths brought into (−π, π]. Not a number stays not a number.
    /// </summary>
    public static double WrapToPi(double deltaPhi)
    {
        // Adding π first and taking it away last is how the reference rounds; the vectorised form in WrappedCone takes the same steps.
        var shifted = deltaPhi + Math.PI;
        if (shifted < 0)
            shifted += Math.Tau;
        if (shifted >= Math.Tau)
            shifted -= Math.Tau;
        var wrapped = shifted is >= 0 and < Math.Tau ? shifted - Math.PI : Math.IEEERemainder(deltaPhi, Math.Tau);
        return wrapped <= -Math.PI ? Math.PI : wrapped;
    }

    /// <summary>
    /// What the published pipeline does to a difference of azimuths in its isolation sums: one turn is taken away only beyond ±2π,
    /// so two objects on either side of φ = ±π are far apart.
    /// </summary>
    public static double WrapBeyondTwoPi(double deltaPhi)
    {
        if (deltaPhi > Math.Tau)
            return deltaPhi - Math.Tau;
        return deltaPhi < -Math.Tau ? deltaPhi + Math.Tau : deltaPhi;
    }

    /// <summary>ΔR between two directions, with Δφ in (−π, π].</summary>
    public static double DeltaR(double eta1, double phi1, double eta2, double phi2)
    {
        var deltaEta = eta1 - eta2;
        var deltaPhi = WrapToPi(phi1 - phi2);
        return Math.Sqrt((deltaEta * deltaEta) + (deltaPhi * deltaPhi));
    }
}
