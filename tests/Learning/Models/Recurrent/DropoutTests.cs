using DaprHep.Learning.Models.Recurrent;

namespace DaprHep.Learning.Tests.Models.Recurrent;

public class DropoutTests
{
    [Fact]
    public void A_fifth_of_the_values_is_dropped_and_the_mean_stays()
    {
        var values = Ones();
        new Dropout(0.2, seed: 1).Draw(values, 1000, 1000, 0);
        values.Count(value => value == 0).ShouldBeInRange(19_500, 20_500);
        values.Where(value => value != 0).ShouldAllBe(value => value == 1.25f);
    }

    [Fact]
    public void A_seed_gives_the_same_draws_and_every_batch_another_one()
    {
        var (first, second) = (Ones(), Ones());
        var dropout = new Dropout(0.2, seed: 1);
        dropout.Draw(first, 1000, 1000, 0);
        dropout.Draw(second, 1000, 1000, 1);
        first.ShouldNotBe(second);

        var (again, backward) = (Ones(), Ones());
        var other = new Dropout(0.2, seed: 1);
        other.Draw(again, 1000, 1000, 0);
        again.ShouldBe(first);
        other.ApplyAgain(backward, 1000, 1000);
        backward.ShouldBe(first);
    }

    [Fact]
    public void What_is_dropped_does_not_depend_on_how_far_the_rows_are_apart()
    {
        var (near, far) = (Ones(), Ones());
        new Dropout(0.2, seed: 1).Draw(near.AsSpan(0, 30 * 16), 16, 16, 7);
        new Dropout(0.2, seed: 1).Draw(far.AsSpan(0, 30 * 64), 16, 64, 7);
        for (var row = 0; row < 30; row++)
        {
            far[(row * 64)..(row * 64 + 16)].ShouldBe(near[(row * 16)..(row * 16 + 16)]);
            far[(row * 64 + 16)..(row * 64 + 64)].ShouldAllBe(value => value == 1);
        }
    }

    private static float[] Ones()
    {
        var values = new float[100_000];
        Array.Fill(values, 1);
        return values;
    }
}
