namespace DaprHep.Sbom;

/// <summary>The Debian packages whose files an image has, from the records beside them (<c>var/lib/dpkg/status.d</c>).</summary>
internal static class DebianPackages
{
    /// <summary>The packages of a folder of records. Debian states licences file by file, in <c>usr/share/doc/PACKAGE/copyright</c>.</summary>
    public static IEnumerable<Package> Of(string folder)
    {
        foreach (string record in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            Dictionary<string, string> fields = File.ReadLines(record)
                .Select(line => line.Split(": ", 2))
                .Where(parts => parts.Length == 2)
                .ToDictionary(parts => parts[0], parts => parts[1]);
            yield return new Package("deb", fields["Package"], fields["Version"], Package.NoAssertion, fields.GetValueOrDefault("Maintainer"));
        }
    }
}
