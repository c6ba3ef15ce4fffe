namespace DaprHep.Benchmarks.Data;

/// <summary>Rows of figures beside what is wanted of them.</summary>
internal sealed class Table
{
    /// <summary>Whether every figure is as wanted.</summary>
    public bool IsReached { get; private set; } = true;

    public static void Head() => Console.WriteLine("| figure | value | wanted |\n| --- | ---: | ---: |");

    /// <summary>A figure that is only shown.</summary>
    public static void Show(string figure, string value) => Console.WriteLine($"| {figure} | {value} | |");

    /// <summary>A figure that must be at least, or at most, so large.</summary>
    public void Want(string figure, string value, string wanted, bool isReached)
    {
        IsReached &= isReached;
        Console.WriteLine($"| {figure} | {value}{(isReached ? "" : " (not reached)")} | {wanted} |");
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
