namespace DaprHep.Physics.Tests;

/// <summary>The agreement asked for: relative or absolute, whichever is wider.</summary>
internal static class Agreement
{
    public const double Hlf = 1e-5;
    public const double Particles = 2e-5;

    public static bool Within(double ours, double expected, double tolerance) =>
        Math.Abs(ours - expected) <= Math.Max(tolerance, tolerance * Math.Abs(expected));

    /// <summary>Compares row by row and column by column; the message names the first values that differ, and counts the rest.</summary>
    public static void ShouldAgree<T>(
        ReadOnlySpan<float> ours, ReadOnlySpan<T> expected, IReadOnlyList<string> columns, double tolerance, string where)
        where T : System.Numerics.INumber<T>
    {
        ours.Length.ShouldBe(expected.Length, $"{where}: values");
        List<string> differences = [];
        for (var i = 0; i < ours.Length; i++)
        {
            var wanted = double.CreateChecked(expected[i]);
            if (!Within(ours[i], wanted, tolerance))
                differences.Add($"{where}, row {i / columns.Count}, {columns[i % columns.Count]}: ours {ours[i]:R}, expected {wanted:R}");
        }
        if (differences.Count > 0)
            Assert.Fail($"{differences.Count} of {ours.Length} values differ\n{string.Join('\n', differences.Take(10))}");
    }
}
