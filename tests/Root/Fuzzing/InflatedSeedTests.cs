using System.Text.Json;

namespace DaprHep.Root.Tests.Fuzzing;

public class InflatedSeedTests
{
    public static TheoryData<string> Files =>
        TestFiles.Shared("root-corpus/files") is { } folder
            ? [Path.Combine(folder, "uproot-Zmumu.root"), Path.Combine(folder, "uproot-nesteddirs.root"), TestFiles.Samples[0]]
            : [TestFiles.Samples[0]];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_seed_with_inflated_records_reads_as_the_file_it_was_made_from(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var inflated = InflatedSeed.Of(bytes);
        inflated.Length.ShouldBeGreaterThan(bytes.Length);
        Trees(inflated).ShouldBe(Trees(bytes));
    }

    private static string Trees(byte[] bytes)
    {
        using var file = RootFile.Open(new ArrayByteSource("file", bytes));
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output))
            ChecksumReport.Write(file, json);
        using var report = JsonDocument.Parse(output.ToArray());
        return report.RootElement.GetProperty("trees").ToString();
    }
}
