using DaprHep.Data.Objects;
using Microsoft.Extensions.Time.Testing;

namespace DaprHep.Data.Tests;

/// <summary>How ranges are asked for, on networks of which every number is known.</summary>
public sealed class S3RangePaceTests
{
    private const int First = S3RangePace.ShortestRange;

    [Theory]
    [InlineData(0.001, 0.1, 8)]
    [InlineData(0.050, 0.2, 16)]
    [InlineData(0.500, 0.1, 32)]
    public void A_range_takes_eight_times_as_long_as_the_wait_for_it_within_limits(double waited, double sending, int mebibytes)
    {
        var pace = new S3RangePace(TimeSpan.FromSeconds(waited), TimeSpan.FromSeconds(waited + sending), First, new FakeTimeProvider());
        Math.Abs(pace.RangeBytes - (mebibytes << 20)).ShouldBeLessThan(1 << 10);
    }

    [Theory]
    [InlineData(1000, 32)] // each connection brings its share, however many there are
    [InlineData(16, 16)] // sixteen fill the network
    [InlineData(8, 8)]
    public void Connections_double_as_long_as_that_brings_more(int most, int expected)
    {
        var clock = new FakeTimeProvider();
        var pace = new S3RangePace(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(250), First, clock);
        double rateOfOne = First / 0.25;
        for (int range = 0; range < 500; range++)
        {
            double rate = rateOfOne * Math.Min(pace.Connections, most);
            clock.Advance(TimeSpan.FromSeconds(pace.RangeBytes / rate));
            pace.Arrived(pace.RangeBytes);
        }
        // One more doubling is what it takes to see that it does not pay.
        pace.Connections.ShouldBe(Math.Min(32, most >= 32 ? 32 : expected * 2));
    }
}
