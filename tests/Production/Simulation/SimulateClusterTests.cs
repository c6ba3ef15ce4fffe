using System.Text.Json.Nodes;

namespace DaprHep.Production.Tests.Simulation;

/// <summary>The command <c>simulate-cluster</c>.</summary>
public sealed class SimulateClusterTests
{
    [Fact]
    public async Task It_prints_one_object_with_makespan_steps_and_what_was_used()
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync("simulate-cluster", "--nodes", "2", "--rate", "train=1e6", "--json");
        result.ExitCode.ShouldBe(0, result.Error);
        JsonNode run = JsonNode.Parse(result.Output)!;
        run["makespan"]!.GetValue<double>().ShouldBeGreaterThan(0);
        run["steps"]!.AsArray().Count.ShouldBe(6);
        run["bottleneck"]!["name"]!.GetValue<string>().ShouldBe(
            run["stations"]!.AsArray().MaxBy(station => station!["utilisation"]!.GetValue<double>())!["name"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("--nodes", "0")]
    [InlineData("--rate", "train")]
    [InlineData("--rate", "train=-1")]
    [InlineData("--rate", "lunch=1")]
    [InlineData("--files", "60000000")]
    public async Task What_can_not_be_is_a_usage_error_of_one_line(string option, string value)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync("simulate-cluster", option, value);
        result.ExitCode.ShouldBe(2);
        result.Error.Trim().ShouldNotContain('\n');
        result.Error.ShouldContain(option);
    }
}
