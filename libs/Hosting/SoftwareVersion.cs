using System.Reflection;

namespace DaprHep.Hosting;

/// <summary>The version that is written into every manifest, model and run record.</summary>
public static class SoftwareVersion
{
    private const int RevisionDigits = 12;

    /// <summary>Version and source revision, for instance <c>0.1.0+3f2a91c05d7e</c>.</summary>
    public static string Current { get; } =
        Shorten(typeof(SoftwareVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);

    /// <summary>What it was built with: the <c>official</c> packages, the <c>stand-ins</c> for them, or the official ones but for some:
    /// <c>official, stand-ins for Dapr.Workflow</c>.</summary>
    public static string Packages { get; } = typeof(SoftwareVersion).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == nameof(Packages)).Value!;

    /// <summary>What a program answers to <c>--version</c>, for instance <c>daprhep ingest 0.1.0+3f2a91c05d7e (stand-ins)</c>.</summary>
    /// <param name="program">Name of the program.</param>
    public static string TextOf(string program) => $"{program} {Current} ({Packages})";

    private static string Shorten(string version)
    {
        int revision = version.IndexOf('+', StringComparison.Ordinal) + 1;
        return revision > 0 && version.Length > revision + RevisionDigits ? version[..(revision + RevisionDigits)] : version;
    }
}
