using System.Globalization;

namespace DaprHep.Physics.Tests;

/// <summary>A ROOT file and what the reference makes of it in one profile.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Root">Path of the ROOT file.</param>
/// <param name="Csv">Path of the high-level features of the first entries.</param>
/// <param name="CsvEntries">How many entries those are.</param>
/// <param name="Arrow">Path of features and particles of the first entries.</param>
/// <param name="ArrowEntries">How many entries those are.</param>
internal sealed record GoldenFile(PhysicsProfile Profile, string Root, string Csv, int CsvEntries, string Arrow, int ArrowEntries)
{
    /// <summary>Those of the repository's samples, and the larger ones where they are at hand.</summary>
    public static IEnumerable<GoldenFile> All()
    {
        foreach (var profile in Enum.GetValues<PhysicsProfile>())
        {
            var folder = Path.Combine(Repository.Root, "tests", "Physics", "golden", profile.Name());
            foreach (var sample in RootFiles(Repository.Samples))
                yield return Beside(profile, sample, folder, 250, 25);
            if (Repository.Shared is not { } shared)
                continue;
            folder = Path.Combine(shared, "golden", profile.Name());
            var delphes = RootFiles(Path.Combine(shared, "delphes")).ToDictionary(path => Path.GetFileNameWithoutExtension(path));
            foreach (var csv in Directory.GetFiles(folder, "*.hlf.csv").Order())
            {
                var name = Path.GetFileName(csv)[..^".hlf.csv".Length];
                var pileUp = name.EndsWith("_pu20", StringComparison.Ordinal);
                yield return Beside(profile, delphes[name], folder, pileUp ? 100 : 1000, pileUp ? 40 : 200);
            }
        }
    }

    /// <summary>The rows of the CSV file: entry, 14 features, number of particles.</summary>
    public double[][] ReadCsv()
    {
        var lines = File.ReadAllLines(Csv);
        lines[0].Split(',').ShouldBe(["entry", .. HlfColumns.Names, "NParticles"]);
        return
        [
            .. lines.Skip(1).Select(line => line.Split(',').Select(value => double.Parse(value, CultureInfo.InvariantCulture)).ToArray()),
        ];
    }

    public override string ToString() => $"{Profile.Name()} {Path.GetFileName(Root)}";

    private static GoldenFile Beside(PhysicsProfile profile, string root, string folder, int csvEntries, int arrowEntries)
    {
        var name = Path.Combine(folder, Path.GetFileNameWithoutExtension(root));
        return new GoldenFile(profile, root, name + ".hlf.csv", csvEntries, name + ".arrow", arrowEntries);
    }

    private static IEnumerable<string> RootFiles(string folder) =>
        Directory.GetFiles(folder, "*.root", SearchOption.AllDirectories).Order();
}
