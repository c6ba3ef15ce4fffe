using Microsoft.Extensions.Configuration;

namespace DaprHep.Hosting.Tests;

public sealed class DataMemoryTests
{
    [Theory]
    [InlineData("512MB", 512_000_000)]
    [InlineData("512MiB", 512L << 20)]
    [InlineData(" 1.5 GB ", 1_500_000_000)]
    [InlineData("2gib", 2L << 30)]
    [InlineData("300000000", 300_000_000)]
    [InlineData("300000000B", 300_000_000)]
    public void An_amount_is_understood(string text, long bytes) => DataMemory.Parse("--memory", text).Bytes.ShouldBe(bytes);

    [Theory]
    [InlineData("much")]
    [InlineData("")]
    [InlineData("-1GB")]
    [InlineData("1e400MB")]
    [InlineData("99999999999TB")]
    [InlineData("10MB")]
    public void What_is_no_amount_or_too_little_is_refused(string text) =>
        Should.Throw<BadInputException>(() => DataMemory.Parse("--memory", text)).Message.ShouldContain($"--memory: expected");

    [Fact]
    public void A_run_may_ask_for_less_than_the_process_has_but_not_for_more()
    {
        var budget = new DataMemory(1_000_000_000);
        budget.For(null).ShouldBe(budget);
        budget.For(600_000_000).Bytes.ShouldBe(600_000_000);
        budget.For(2_000_000_000).ShouldBe(budget);
        budget.For(1).Bytes.ShouldBe(DataMemory.Least);
        DataMemory.PeakOfProcess.ShouldBeInRange(10_000_000, 1L << 40);
    }

    [Fact]
    public void A_process_is_told_by_its_configuration_and_divides_it()
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { [DataMemory.Setting] = "1GB" }).Build();
        DataMemory budget = DataMemory.From(configuration);
        budget.Bytes.ShouldBe(1_000_000_000);
        (budget.OfActivity * Environment.ProcessorCount).ShouldBeLessThan(budget.Bytes);
        DataMemory.From(new ConfigurationBuilder().Build()).Bytes.ShouldBeGreaterThanOrEqualTo(DataMemory.Least);
    }
}
