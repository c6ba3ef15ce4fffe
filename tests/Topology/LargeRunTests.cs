namespace DaprHep.Topology.Tests;

/// <summary>What the pipeline leaves of a plan of ten thousand partitions.</summary>
public sealed class LargeRunTests
{
    private const long MebiByte = 1 << 20;

    [Fact]
    public async Task Ten_thousand_partitions_need_no_message_over_a_mebibyte_and_no_long_history()
    {
        await using var run = new LargeRun();
        await run.StartAsync();
        using var limit = new CancellationTokenSource(Patience.Limit);
        await run.RunAsync(limit.Token);
        run.Converted.ShouldBe(LargeRun.Partitions);
        run.LargestMessage.ShouldBeLessThan(MebiByte);
        run.History.ShouldBeLessThan(300);
        run.LongestChildHistory.ShouldBeLessThan(1_600);
        run.Workflows.ShouldBe(1 + (2 * LargeRun.Partitions / 500) + 3 + 1 + 1);
    }
}
