using System.Diagnostics;
using System.Text.Json.Nodes;

namespace DaprHep.EndToEnd.Tests;

/// <summary>A stack seen from other terminals: it is refused twice on one folder, stopped by <c>down</c>, and cleared away when its <c>up</c> was killed.</summary>
public sealed class StackLifeTests
{
    [Fact]
    public async Task A_second_up_on_the_same_data_is_refused_and_down_stops_the_first()
    {
        await using Stack stack = await Stack.StartAsync();
        DaprHepCommand.Result second = await DaprHepCommand.RunAsync("up", "--port", "0", "--data", stack.Data);
        second.ExitCode.ShouldBe(4);
        second.Error.ShouldStartWith($"daprhep: --data {stack.Data}: another stack runs on it (process {stack.ProcessId})");
        second.Error.ShouldContain("./daprhep down");
        (await stack.Gateway.GetAsync("healthz/ready")).EnsureSuccessStatusCode();

        JsonNode stopped = await DownAsync(stack);
        stopped["stopped"]!.GetValue<bool>().ShouldBeTrue();
        (await stack.ExitAsync()).ShouldBe(0, stack.Log);
        foreach (JsonNode? service in stack.Services)
            Should.Throw<ArgumentException>(() => Process.GetProcessById(service!["process"]!.GetValue<int>()));
        (await DownAsync(stack))["stopped"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task What_a_killed_up_left_running_is_stopped_by_down()
    {
        await using Stack stack = await Stack.StartAsync();
        await stack.KillAsync();
        foreach (JsonNode? service in stack.Services)
            Process.GetProcessById(service!["process"]!.GetValue<int>()).HasExited.ShouldBeFalse();

        JsonNode stopped = await DownAsync(stack);
        stopped["stopped"]!.GetValue<bool>().ShouldBeFalse();
        stopped["leftovers"]!.GetValue<int>().ShouldBe(stack.Services.Count + 1);
        foreach (JsonNode? service in stack.Services)
            Should.Throw<ArgumentException>(() => Process.GetProcessById(service!["process"]!.GetValue<int>()));
    }

    private static async Task<JsonNode> DownAsync(Stack stack)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync("down", "--data", stack.Data, "--json");
        result.ExitCode.ShouldBe(0, result.Error);
        return JsonNode.Parse(result.Output)!;
    }
}
