using DaprHep.Learning.Models.Recurrent;

namespace DaprHep.Learning.Tests.Models.Recurrent;

public class DropoutTests
{
    [Fact]
    public void A_fifth_of_the_values_is_dropped_and_the_mean_stays()
    {
        var values = Ones();
        new Dropout(0.2, seed: 1).Draw(values);
        values.Count(value => value == 0).ShouldBeInRange(19_500, 20_500);
        values.Where(value => value != 0).ShouldAllBe(value => value == 1.25f);
    }

    [Fact]
    public void A_seed_gives_the_same_draws_and_every_batch_another_one()
    {
        var (first, second) = (Ones(), Ones());
        var dropout = new Dropout(0.2, seed: 1);
        dropout.Draw(first);
        dropout.Draw(second);
        first.ShouldNotBe(second);

        var (again, backward) = (Ones(), Ones());
        var other = new Dropout(0.2, seed: 1);
        other.Draw(again);
        again.ShouldBe(first);
        other.ApplyAgain(backward);
        backward.ShouldBe(first);
    }

    private static float[] Ones()
    {
        var values = new float[100_000];
        Array.Fill(values, 1);
        return values;
    }
}
