using System.Runtime.Intrinsics;
using DaprHep.Learning.Models.Recurrent;

namespace DaprHep.Learning.Tests.Models.Recurrent;

public class GateFunctionsTests
{
    [Fact]
    public void Gates_agree_with_the_mathematical_functions()
    {
        for (var x = -120f; x <= 120; x += 0.0137f)
        {
            GateFunctions.Sigmoid(Vector256.Create(x))[0].ShouldBe((float)(1 / (1 + Math.Exp(-x))), 2e-7f, $"σ({x})");
            GateFunctions.Tanh(Vector256.Create(x))[0].ShouldBe((float)Math.Tanh(x), 2e-7f, $"tanh({x})");
        }
    }

    [Theory]
    [InlineData(float.PositiveInfinity, 1, 1)]
    [InlineData(float.NegativeInfinity, 0, -1)]
    [InlineData(float.MaxValue, 1, 1)]
    [InlineData(float.MinValue, 0, -1)]
    [InlineData(0, 0.5, 0)]
    public void Extreme_values_saturate(float x, float sigmoid, float tanh)
    {
        GateFunctions.Sigmoid(Vector256.Create(x))[0].ShouldBe(sigmoid, 1e-7f);
        GateFunctions.Tanh(Vector256.Create(x))[0].ShouldBe(tanh, 1e-7f);
    }

    [Fact]
    public void No_number_stays_no_number()
    {
        GateFunctions.Sigmoid(Vector256.Create(float.NaN))[0].ShouldBe(float.NaN);
        GateFunctions.Tanh(Vector256.Create(float.NaN))[0].ShouldBe(float.NaN);
    }
}
