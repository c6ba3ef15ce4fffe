namespace DaprHep.Sbom;

/// <summary>Something that an image has and that is not ours.</summary>
/// <param name="Kind">Where it comes from: <c>nuget</c> or <c>deb</c>.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Version">Its version.</param>
/// <param name="Licence">SPDX expression; <c>NOASSERTION</c> where its makers give a text instead of one.</param>
/// <param name="Supplier">Who made it, where that is known.</param>
internal sealed record Package(string Kind, string Name, string Version, string Licence, string? Supplier)
{
    public const string NoAssertion = "NOASSERTION";

    /// <summary>The package URL, by which scanners know it.</summary>
    public string Url => Kind == "deb"
        ? $"pkg:deb/debian/{Name}@{Uri.EscapeDataString(Version)}?arch=amd64"
        : $"pkg:nuget/{Name}@{Uri.EscapeDataString(Version)}";
}
