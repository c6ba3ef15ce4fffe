using FsCheck;
using FsCheck.Fluent;

namespace DaprHep.Physics.Tests;

public sealed class AngularDistanceTests
{
    private static readonly Gen<double> Angle = Gen.Choose(-1_000_000, 1_000_000).Select(n => n * 1e-5);

    [Fact]
    public void A_wrapped_difference_lies_above_minus_pi_and_up_to_pi_and_is_the_same_direction() =>
        Prop.ForAll(Angle.ToArbitrary(), angle =>
        {
            var wrapped = AngularDistance.WrapToPi(angle);
            return wrapped > -Math.PI && wrapped <= Math.PI
                && Math.Abs(Math.Sin(wrapped) - Math.Sin(angle)) < 1e-9 && Math.Abs(Math.Cos(wrapped) - Math.Cos(angle)) < 1e-9;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Swapping_two_azimuths_changes_only_the_sign() =>
        Prop.ForAll(Angle.ToArbitrary(), Angle.ToArbitrary(), (a, b) =>
        {
            var (there, back) = (AngularDistance.WrapToPi(a - b), AngularDistance.WrapToPi(b - a));
            return Math.Abs(there + back) < 1e-9 || (Math.Abs(there - Math.PI) < 1e-9 && Math.Abs(back - Math.PI) < 1e-9);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Pi_is_in_and_minus_pi_becomes_pi()
    {
        AngularDistance.WrapToPi(Math.PI).ShouldBe(Math.PI);
        AngularDistance.WrapToPi(-Math.PI).ShouldBe(Math.PI);
        AngularDistance.WrapToPi(3 * Math.PI).ShouldBe(Math.PI, 1e-12);
        AngularDistance.WrapToPi(0).ShouldBe(0);
    }

    [Fact]
    public void The_published_difference_is_wrapped_only_beyond_two_pi()
    {
        AngularDistance.WrapBeyondTwoPi(6).ShouldBe(6);
        AngularDistance.WrapBeyondTwoPi(-6).ShouldBe(-6);
        AngularDistance.WrapBeyondTwoPi(7).ShouldBe(7 - Math.Tau);
        AngularDistance.WrapBeyondTwoPi(-7).ShouldBe(Math.Tau - 7);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(1e300)]
    public void What_is_no_angle_becomes_one_or_not_a_number(double angle)
    {
        var wrapped = AngularDistance.WrapToPi(angle);
        (double.IsNaN(wrapped) || Math.Abs(wrapped) <= Math.PI).ShouldBeTrue();
    }
}
