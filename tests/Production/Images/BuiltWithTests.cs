namespace DaprHep.Production.Tests.Images;

/// <summary>What programs, and the labels of their images, say they were built with.</summary>
public sealed class BuiltWithTests
{
    [Theory]
    [InlineData("", "", "stand-ins")]
    [InlineData("stand-ins", "Dapr.Workflow", "stand-ins")]
    [InlineData("official", "", "official")]
    [InlineData("official", "Dapr.Workflow", "official, stand-ins for Dapr.Workflow")]
    [InlineData("official", "Dapr.Workflow;TorchSharp", "official, stand-ins for Dapr.Workflow and TorchSharp")]
    public async Task Stand_ins_among_official_packages_are_named(string packages, string standIns, string said)
    {
        var environment = new Dictionary<string, string> { ["Packages"] = packages, ["StandInsFor"] = standIns };
        Command.Result evaluated = await Command.RunAsync(
            environment, "dotnet", "msbuild", "libs/Hosting/DaprHep.Hosting.csproj", "-getProperty:BuiltWith");
        evaluated.ExitCode.ShouldBe(0, evaluated.Output + evaluated.Error);
        evaluated.Output.Trim().ShouldBe(said);
    }

    [Fact]
    public async Task A_stand_in_that_there_is_not_ends_the_build()
    {
        var environment = new Dictionary<string, string> { ["Packages"] = "official", ["StandInsFor"] = "Dapr.Workflow;Dapr.Workfolw" };
        Command.Result built = await Command.RunAsync(
            environment, "dotnet", "msbuild", "libs/Hosting/DaprHep.Hosting.csproj", "-t:RequireStandIns");
        built.ExitCode.ShouldNotBe(0);
        (built.Output + built.Error).ShouldContain("there is no stand-in for Dapr.Workfolw;");
    }
}
