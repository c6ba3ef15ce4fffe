using System.Reflection;

namespace DaprHep.Hosting;

/// <summary>The version that is written into every manifest, model and run record.</summary>
public static class SoftwareVersion
{
    /// <summary>Version and source revision, for instance <c>0.1.0+3f2a…</c>.</summary>
    public static string Current { get; } =
        typeof(SoftwareVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
