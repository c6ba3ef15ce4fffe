namespace DaprHep.Physics.Tests;

public sealed class IsolationSumsTests
{
    [Fact]
    public void Cone_edges_are_decided_as_by_scalar_arithmetic_on_any_pair()
    {
        // Objects on the edge to the last bit of a float: the sum tells which of them counted.
        var random = new Random(5);
        for (var trial = 0; trial < 2000; trial++)
        {
            var (eta, phi) = ((float)(random.NextDouble() * 2), (float)((random.NextDouble() * Math.Tau) - Math.PI));
            var (pts, etas, phis) = (new float[16], new float[16], new float[16]);
            for (var i = 0; i < pts.Length; i++)
            {
                var angle = random.NextDouble() * Math.Tau;
                etas[i] = (float)(eta + (0.3 * Math.Cos(angle)));
                phis[i] = (float)AngularDistance.WrapToPi(phi + (0.3 * Math.Sin(angle)));
                pts[i] = 1 << i;
            }
            Sum<WrappedCone>(pts, etas, phis, eta, phi).ShouldBe(Scalar(pts, etas, phis, eta, phi, AngularDistance.WrapToPi));
            Sum<CutCone>(pts, etas, phis, eta, phi).ShouldBe(Scalar(pts, etas, phis, eta, phi, AngularDistance.WrapBeyondTwoPi));
        }
    }

    [Fact]
    public void The_cut_cone_takes_one_turn_off_differences_beyond_a_turn_and_no_more()
    {
        var random = new Random(6);
        for (var trial = 0; trial < 2000; trial++)
        {
            var phi = (random.NextDouble() * Math.Tau) - Math.PI;
            var (pts, etas, phis) = (new float[16], new float[16], new float[16]);
            for (var i = 0; i < pts.Length; i++)
            {
                phis[i] = (float)(phi + ((random.NextDouble() - 0.5) * 0.7) + (Math.Tau * random.Next(-2, 3)));
                pts[i] = 1 << i;
            }
            Sum<CutCone>(pts, etas, phis, 0, phi).ShouldBe(Scalar(pts, etas, phis, 0, phi, AngularDistance.WrapBeyondTwoPi));
        }
    }

    [Fact]
    public void What_lies_on_the_centre_counts_unless_the_cone_leaves_it_out()
    {
        float[] pts = [10, 20, 40], etas = [1, 1.00009f, 1.00011f], phis = [3, 3, 3];
        Sum<WrappedCone>(pts, etas, phis, 1, 3).ShouldBe(70);
        Sum<CutCone>(pts, etas, phis, 1, 3).ShouldBe(70);
        Sum<WrappedConeWithoutCentre>(pts, etas, phis, 1, 3).ShouldBe(40);
    }

    [Fact]
    public void A_direction_that_is_not_a_number_is_in_no_cone()
    {
        float[] pts = [10, 20], etas = [float.NaN, 1], phis = [3, float.NaN];
        Sum<WrappedCone>(pts, etas, phis, 1, 3).ShouldBe(0);
        Sum<CutCone>(pts, etas, phis, 1, 3).ShouldBe(0);
    }

    private static double Scalar(float[] pts, float[] etas, float[] phis, double eta, double phi, Func<double, double> wrap)
    {
        double sum = 0;
        for (var i = 0; i < pts.Length; i++)
        {
            var (deltaEta, deltaPhi) = (etas[i] - eta, wrap(phis[i] - phi));
            sum += (deltaEta * deltaEta) + (deltaPhi * deltaPhi) < 0.09 ? pts[i] : 0;
        }
        return sum;
    }

    private static double Sum<TCone>(float[] pts, float[] etas, float[] phis, double eta, double phi)
        where TCone : struct, IIsolationCone
    {
        var objects = new ConeObjects();
        objects.Collect(pts, etas, phis, 0, typeof(TCone) == typeof(CutCone) ? double.PositiveInfinity : Azimuth.AboutPi);
        double[] centreEta = [.. Enumerable.Repeat(eta, 8)], centrePhi = [.. Enumerable.Repeat(phi, 8)];
        var sums = new double[8];
        IsolationSums.SumPt<TCone>(objects, centreEta, centrePhi, sums);
        sums.ShouldAllBe(sum => sum.Equals(sums[0]));
        return sums[0];
    }
}
