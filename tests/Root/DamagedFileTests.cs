using System.Text.Json;

namespace DaprHep.Root.Tests;

/// <summary>Damaged files: a clear error at the damaged place, and everything else still readable.</summary>
public class DamagedFileTests
{
    [Theory]
    [InlineData("zero-length")]
    [InlineData("not-root")]
    [InlineData("trunc-in-header")]
    [InlineData("trunc-in-basket")]
    [InlineData("trunc-before-streamerinfo")]
    [InlineData("header-fbegin")]
    [InlineData("header-seekinfo")]
    [InlineData("keylist-count")]
    [InlineData("keylist-string-length")]
    [InlineData("lzma-flip")]
    [InlineData("absurd-objlen")]
    [InlineData("absurd-branch-count")]
    [InlineData("self-directory")]
    [InlineData("delphes-truncated")]
    [InlineData("streamerinfo-flip")]
    public void Damage_of_the_structure_is_a_format_error(string name)
    {
        if (TestFiles.Shared($"root-corpus/bad/{name}.root") is not { } path)
            return;
        var before = GC.GetTotalAllocatedBytes();
        var error = Should.Throw<RootFormatException>(() =>
        {
            using var file = RootFile.Open(path);
            foreach (var key in file.Keys.Where(k => k.IsTree))
                file.Tree(key);
        });
        error.File.ShouldBe(path);
        error.Expected.ShouldNotBeEmpty();
        error.Found.ShouldNotBeEmpty();
        (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(64 << 20);
    }

    [Theory]
    [InlineData("basket-flip-zlib", "SliceFloat64")]
    [InlineData("lz4-checksum", "Ai8")]
    [InlineData("absurd-basket-header", "af8")]
    [InlineData("basket-seek-past-end", "ai8")]
    [InlineData("delphes-basket-flip", "Particle.Pz")]
    [InlineData("delphes-block-length", "Particle.Pz")]
    public void Damage_of_a_basket_fails_that_branch_alone(string name, string damaged)
    {
        if (TestFiles.Shared($"root-corpus/bad/{name}.root") is not { } path)
            return;
        using var file = RootFile.Open(path);
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
            ChecksumReport.Write(file, json);
        using var report = JsonDocument.Parse(bytes.ToArray());
        var tree = report.RootElement.GetProperty("trees")[0];
        var unreadable = tree.GetProperty("branches").EnumerateArray().Where(b => b.TryGetProperty("unreadable", out _)).ToList();
        unreadable.Select(b => b.GetProperty("path").GetString()!).ShouldHaveSingleItem().ShouldEndWith(damaged);
        unreadable[0].GetProperty("unreadable").GetString()!.ShouldContain("basket");
        var branch = file.Tree(tree.GetProperty("path").GetString()!).Find(damaged);
        Should.Throw<RootFormatException>(() =>
        {
            using var reader = branch.ReadValues();
            while (reader.Next())
            {
            }
        }).Basket.ShouldBeGreaterThanOrEqualTo(0);
    }
}
