namespace DaprHep.Root.Tests.Fuzzing;

/// <summary>Damaged files that once did harm, by the number that makes them from a file of the corpus.</summary>
public class FuzzRegressionTests
{
    [Theory]
    [InlineData("ndim-slice.root", 19128)]
    [InlineData("uproot-issue-74.root", 14021)]
    public void A_branch_with_less_than_no_entries_is_refused(string name, int number) => Run(name, number);

    [Theory]
    [InlineData("TreeEventTreeSimple2.root", 6682)]
    public void A_branch_that_names_a_member_beyond_its_class_is_refused(string name, int number) => Run(name, number);

    [Theory]
    [InlineData("uproot-issue-1610.root", 18737)]
    public void A_symmetric_matrix_without_its_number_of_rows_is_refused(string name, int number) => Run(name, number);

    private static void Run(string name, int number)
    {
        if (TestFiles.Shared("root-corpus/files/" + name) is { } path)
            FuzzCase.Run(InflatedSeed.Of(File.ReadAllBytes(path)), number, branches: int.MaxValue).Failure.ShouldBeNull();
    }
}
