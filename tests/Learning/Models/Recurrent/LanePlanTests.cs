using DaprHep.Learning.Models.Recurrent;

namespace DaprHep.Learning.Tests.Models.Recurrent;

/// <summary>How events are dealt to the lanes of tiles.</summary>
public class LanePlanTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(32, 1)]
    [InlineData(33, 2)]
    [InlineData(64, 2)]
    [InlineData(2048, 64)]
    public void A_tile_has_two_events_a_lane_on_average(int events, int tiles)
    {
        var plan = new LanePlan();
        plan.Make(Lengths(events, seed: 1));
        plan.Tiles.ShouldBe(tiles);
        for (var i = 0; i < events; i++)
        {
            var (tile, lane) = plan.PlaceOf(i);
            tile.ShouldBeInRange(0, tiles - 1);
            lane.ShouldBeInRange(0, SequenceTile.Width - 1);
        }
    }

    [Theory]
    [InlineData(64, 1.12)]
    [InlineData(128, 1.07)]
    [InlineData(2048, 1.02)]
    public void Few_steps_of_lanes_are_idle(int events, double most)
    {
        var plan = new LanePlan();
        double stepped = 0, needed = 0;
        for (var seed = 1; seed <= 20; seed++)
        {
            var lengths = Lengths(events, seed);
            plan.Make(lengths);
            var lanes = new int[plan.Tiles, SequenceTile.Width];
            for (var i = 0; i < events; i++)
            {
                var (tile, lane) = plan.PlaceOf(i);
                lanes[tile, lane] += lengths[i];
            }

            for (var tile = 0; tile < plan.Tiles; tile++)
                stepped += SequenceTile.Width * Enumerable.Range(0, SequenceTile.Width).Max(lane => lanes[tile, lane]);
            needed += lengths.Sum();
        }

        (stepped / needed).ShouldBeLessThan(most);
    }

    [Fact]
    public void The_plan_depends_on_lengths_alone_not_on_the_plan_before()
    {
        var (used, fresh) = (new LanePlan(), new LanePlan());
        used.Make(Lengths(500, seed: 2));
        var lengths = Lengths(100, seed: 3);
        used.Make(lengths);
        fresh.Make(lengths);
        for (var i = 0; i < lengths.Length; i++)
            used.PlaceOf(i).ShouldBe(fresh.PlaceOf(i));
    }

    /// <summary>Spread like the numbers of particles of real events, the longest first.</summary>
    private static int[] Lengths(int events, int seed)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, events)
                .Select(_ => Math.Clamp((int)(86 / 6.0 * Enumerable.Range(0, 6).Sum(_ => -Math.Log(1 - random.NextDouble()))), 4, 300))
                .OrderDescending(),
        ];
    }
}
