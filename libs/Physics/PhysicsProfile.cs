namespace DaprHep.Physics;

/// <summary>Which definitions of selection, isolation and features an event is converted with.</summary>
public enum PhysicsProfile
{
    /// <summary>Textbook definitions: Δφ in (−π, π] everywhere, m_T with the square root, leading isolated lepton by p_T.</summary>
    Standard,

    /// <summary>
    /// The pipeline published with arXiv:1909.10389, number for number, its departures from the textbook included.
    /// Each of them is described where it is computed.
    /// </summary>
    Cern2019,
}

/// <summary>The names under which profiles appear on the command line and in manifests.</summary>
public static class PhysicsProfiles
{
    private const string StandardName = "standard";
    private const string Cern2019Name = "cern2019";

    /// <summary>The profile called <paramref name="name"/> (<c>standard</c> or <c>cern2019</c>, case as written here).</summary>
    /// <exception cref="ArgumentException">There is no profile of that name.</exception>
    public static PhysicsProfile Parse(string name) => name switch
    {
        StandardName => PhysicsProfile.Standard,
        Cern2019Name => PhysicsProfile.Cern2019,
        // No parameter name: the message is shown to users as it is.
        _ => throw new ArgumentException($"unknown physics profile '{name}': expected '{StandardName}' or '{Cern2019Name}'"),
    };

    /// <summary>The name that <see cref="Parse"/> understands.</summary>
    public static string Name(this PhysicsProfile profile) => profile switch
    {
        PhysicsProfile.Standard => StandardName,
        PhysicsProfile.Cern2019 => Cern2019Name,
        _ => throw new ArgumentOutOfRangeException(nameof(profile), profile, "not a physics profile"),
    };
}
