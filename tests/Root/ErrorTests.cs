namespace DaprHep.Root.Tests;

public class ErrorTests
{
    [Fact]
    public void A_missing_file_is_an_io_error_that_names_it() =>
        Should.Throw<RootIOException>(() => RootFile.Open("/no/such/file.root")).Message.ShouldContain("/no/such/file.root");

    [Fact]
    public void A_file_url_opens_as_the_path_does()
    {
        using var file = RootFile.Open("file://" + Path.GetFullPath(TestFiles.Sample("qcd/qcd_a.root")));
        file.Tree("Delphes").Entries.ShouldBe(250);
    }

    [Fact]
    public void Another_type_than_the_stored_one_names_both()
    {
        using var file = RootFile.Open(TestFiles.Sample("qcd/qcd_a.root"));
        var error = Should.Throw<ColumnTypeException>(() => file.Tree("Delphes").Read<double>("Jet.PT"));
        error.Stored.ShouldBe("float");
        error.Asked.ShouldBe("double");
        error.Message.ShouldContain("Jet.PT");
    }

    [Fact]
    public void A_missing_branch_names_the_nearest_ones()
    {
        using var file = RootFile.Open(TestFiles.Sample("qcd/qcd_a.root"));
        Should.Throw<BranchNotFoundException>(() => file.Tree("Delphes").Find("Jet.Pt")).Message.ShouldContain("Jet.PT");
    }

    [Fact]
    public void A_missing_tree_names_those_there()
    {
        using var file = RootFile.Open(TestFiles.Sample("qcd/qcd_a.root"));
        Should.Throw<RootKeyNotFoundException>(() => file.Tree("Events")).Trees.ShouldBe(["Delphes"]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    [InlineData(100)]
    [InlineData(5000)]
    [InlineData(1_000_000)]
    public void A_cut_file_is_refused_at_its_opening_or_at_the_tree(int bytes)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, File.ReadAllBytes(TestFiles.Sample("qcd/qcd_a.root"))[..bytes]);
            var error = Should.Throw<RootFormatException>(() =>
            {
                using var file = RootFile.Open(path);
                file.Tree("Delphes");
            });
            error.File.ShouldBe(path);
            error.Message.ShouldContain("expected");
        }
        finally
        {
            File.Delete(path);
        }
    }
}
