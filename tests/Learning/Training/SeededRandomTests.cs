using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tests.Training;

public class SeededRandomTests
{
    [Fact]
    public void Numbers_of_a_seed_never_change()
    {
        var random = new SeededRandom(1, SeededRandom.Stream.Shuffle);
        new[] { random.Next(), random.Next() }.ShouldBe(new[] { 100980854405688823UL, 970107497016024998UL });
    }

    [Fact]
    public void Streams_and_indices_are_independent()
    {
        var numbers = new HashSet<ulong>();
        foreach (var stream in Enum.GetValues<SeededRandom.Stream>())
        {
            for (var index = 0; index < 100; index++)
                numbers.Add(new SeededRandom(1, stream, index).Next()).ShouldBeTrue();
        }
    }

    [Fact]
    public void Bounded_numbers_are_uniform()
    {
        var random = new SeededRandom(5, SeededRandom.Stream.Bootstrap);
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++)
            counts[random.NextBelow(7)]++;
        counts.ShouldAllBe(count => Math.Abs(count - 10_000) < 400);
    }

    [Fact]
    public void A_shuffle_is_a_permutation()
    {
        var values = Enumerable.Range(0, 1000).ToArray();
        new SeededRandom(9, SeededRandom.Stream.Shuffle).Shuffle(values);
        values.ShouldNotBe(Enumerable.Range(0, 1000));
        values.Order().ShouldBe(Enumerable.Range(0, 1000));
    }
}
