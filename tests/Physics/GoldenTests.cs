namespace DaprHep.Physics.Tests;

public sealed class GoldenTests
{
    private static readonly Dictionary<string, GoldenFile> Files = GoldenFile.All().ToDictionary(file => file.ToString());

    public static TheoryData<string> Names => [.. Files.Keys];

    [Fact]
    public void There_are_golden_files_for_each_sample_in_each_profile() =>
        Names.Count.ShouldBeGreaterThanOrEqualTo(12);

    [Theory]
    [MemberData(nameof(Names))]
    public void Selection_and_high_level_features_are_those_of_the_reference(string name)
    {
        var golden = Files[name];
        var expected = golden.ReadCsv();
        var selection = Converted.File(golden.Root, golden.Profile, golden.CsvEntries);
        selection.Ids.ToArray().ShouldBe(expected.Select(row => (ulong)row[0]), $"{name}: selected entries");
        for (var i = 0; i < expected.Length; i++)
        {
            var where = $"{name}, entry {expected[i][0]}";
            Agreement.ShouldAgree<double>(
                selection.HlfOf(i), expected[i].AsSpan(1, HlfColumns.Count), HlfColumns.Names, Agreement.Hlf, where);
            (selection.ParticlesOf(i).Length / ParticleColumns.Count).ShouldBe((int)expected[i][^1], $"{where}: particles");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Particles_are_those_of_the_reference(string name)
    {
        var golden = Files[name];
        var expected = GoldenEvent.Read(golden.Arrow);
        var selection = Converted.File(golden.Root, golden.Profile, golden.ArrowEntries);
        selection.Ids.ToArray().ShouldBe(expected.Select(row => row.Entry), $"{name}: selected entries");
        for (var i = 0; i < expected.Count; i++)
        {
            var where = $"{name}, entry {expected[i].Entry}";
            Agreement.ShouldAgree<double>(selection.HlfOf(i), expected[i].Hlf, HlfColumns.Names, Agreement.Hlf, where);
            Agreement.ShouldAgree<float>(
                selection.ParticlesOf(i), expected[i].Particles, ParticleColumns.Names, Agreement.Particles, where);
        }
    }
}
