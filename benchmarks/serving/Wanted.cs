namespace DaprHep.Benchmarks.Serving;

/// <summary>The figures that are wanted, and whether those of this run reach them.</summary>
internal static class Wanted
{
    private static readonly List<string> Missed = [];

    /// <summary>A figure that is to be as wanted or less.</summary>
    /// <returns>What is wanted, for a table's cell.</returns>
    public static string AtMost(string figure, double value, double wanted) => Take(figure, value, wanted, value <= wanted, "≤");

    /// <summary>A figure that is to be as wanted or more.</summary>
    /// <returns>What is wanted, for a table's cell.</returns>
    public static string AtLeast(string figure, double value, double wanted) => Take(figure, value, wanted, value >= wanted, "≥");

    /// <summary>Says which figures were missed.</summary>
    /// <param name="others">Whether the pinned processes, which have said theirs, missed none.</param>
    /// <returns>Whether none was.</returns>
    public static bool Report(bool others)
    {
        Console.WriteLine(
            Missed.Count > 0 ? $"Missed: {string.Join("; ", Missed)}."
            : others ? "All figures are as wanted." : "Figures were missed, as said above.");
        return others && Missed.Count == 0;
    }

    private static string Take(string figure, double value, double wanted, bool isReached, string sign)
    {
        // A peer that is not here gives no figure.
        if (!isReached)
            Missed.Add(double.IsNaN(value) ? $"{figure} could not be measured" : $"{figure} is {value:#,0.##}, wanted {sign} {wanted:#,0.##}");
        return $"{sign} {wanted:#,0.##}";
    }
}
