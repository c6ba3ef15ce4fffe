using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tests.Training;

public class EpochBatchesTests
{
    [Theory]
    [InlineData(100, 16, 7, true)]
    [InlineData(100, 16, 7, false)]
    [InlineData(5, 2, 4, true)]
    [InlineData(5, 2, 4, false)]
    [InlineData(3, 4, 5, true)]
    [InlineData(0, 4, 2, true)]
    public void Every_event_is_in_one_batch_and_no_batch_is_too_large(int events, int batchSize, int batches, bool isDealt)
    {
        int[] rows = [.. Enumerable.Range(0, events).Select(i => 3 * i)];
        var epoch = new EpochBatches(rows, batchSize, batches, isDealt ? Particles(3 * events) : null);
        for (var k = 0; k < 3; k++)
        {
            epoch.Draw(seed: 1, k);
            var drawn = new List<int>();
            for (var batch = 0; batch < batches; batch++)
            {
                epoch.Of(batch).Length.ShouldBeLessThanOrEqualTo(batchSize);
                drawn.AddRange(epoch.Of(batch));
            }

            drawn.Order().ShouldBe(rows);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Batches_depend_on_seed_and_epoch_alone(bool isDealt)
    {
        var particles = isDealt ? Particles(200) : null;
        int[] rows = [.. Enumerable.Range(0, 200)];
        var (one, other) = (new EpochBatches(rows, 16, 13, particles), new EpochBatches(rows, 16, 13, particles));
        one.Draw(7, 0);
        one.Draw(7, 3);
        other.Draw(7, 3);
        Batches(one, 13).ShouldBe(Batches(other, 13));
        other.Draw(7, 4);
        Batches(one, 13).ShouldNotBe(Batches(other, 13));
        other.Draw(8, 3);
        Batches(one, 13).ShouldNotBe(Batches(other, 13));
    }

    [Fact]
    public void Dealt_batches_take_about_the_same_number_of_steps()
    {
        var particles = Particles(1000);
        var epoch = new EpochBatches([.. Enumerable.Range(0, 1000)], 64, 16, particles);
        epoch.Draw(1, 0);
        var steps = Enumerable.Range(0, 16).Select(batch => epoch.Of(batch).ToArray().Sum(row => particles.ParticlesOf(row))).ToArray();
        steps.Max().ShouldBeLessThan((int)(1.03 * steps.Average()));
        steps.Min().ShouldBeGreaterThan((int)(0.97 * steps.Average()));

        // Which events come together is drawn anew: hardly any pair of neighbours is one again.
        var first = Batches(epoch, 16);
        epoch.Draw(1, 1);
        var second = Batches(epoch, 16);
        first.Zip(second).Count(pair => pair.First == pair.Second).ShouldBeLessThan(200);
    }

    private static int[] Batches(EpochBatches epoch, int batches) =>
        [.. Enumerable.Range(0, batches).SelectMany(batch => epoch.Of(batch).ToArray())];

    private static ParticleSequences Particles(int events)
    {
        var random = new Random(5);
        var offsets = new int[events + 1];
        for (var i = 0; i < events; i++)
            offsets[i + 1] = offsets[i] + random.Next(0, 120);
        return new ParticleSequences(new float[offsets[^1] * ParticleSequences.Columns], offsets, default);
    }
}
