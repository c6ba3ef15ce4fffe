using DaprHep.Cli.Stack;

namespace DaprHep.Production.Tests;

public sealed class FreePortsTests
{
    [Fact]
    public void A_chosen_port_is_given_to_nobody_else_though_nothing_listens_there_yet()
    {
        int[] chosen;
        using (var ports = new FreePorts())
            chosen = [.. Enumerable.Range(0, 500).Select(_ => ports.Any())];
        chosen.ShouldBeUnique();
        chosen.ShouldAllBe(port => !FreePorts.Answers(port) && !PortClaims.TryClaim(port));
        using var others = new FreePorts();
        Enumerable.Range(0, 500).Select(_ => others.Any()).ShouldNotContain(port => chosen.Contains(port));
    }
}
