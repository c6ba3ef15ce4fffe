namespace DaprHep.Sbom;

/// <summary>The licences of packages as a table for people.</summary>
internal static class LicenceTable
{
    public static string Write(IEnumerable<Package> packages)
    {
        IEnumerable<string> rows = packages.DistinctBy(package => package.Url)
            .OrderBy(package => package.Name, StringComparer.Ordinal)
            .ThenBy(package => package.Version, StringComparer.Ordinal)
            .Select(package => $"| {package.Name} | {package.Version} | {package.Licence} |");
        return string.Join('\n', ["| package | version | licence |", "| --- | --- | --- |", .. rows]);
    }
}
