using System.Globalization;

namespace DaprHep.Root;

/// <summary>The dimensions of a leaf's fixed array.</summary>
internal static class LeafDimensions
{
    /// <summary>
    /// The numbers in brackets of the title where they multiply to the leaf's length, else the length alone; none for one value.
    /// </summary>
    public static IReadOnlyList<int> Of(LeafRecord leaf)
    {
        var dimensions = new List<int>();
        long product = 1;
        var title = leaf.Title;
        for (var open = title.IndexOf('['); open >= 0; open = title.IndexOf('[', open + 1))
        {
            var close = title.IndexOf(']', open);
            if (close < 0)
                break;
            var inside = title.AsSpan(open + 1, close - open - 1);
            if (int.TryParse(inside, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0)
            {
                dimensions.Add(size);
                product = Math.Min(int.MaxValue, product * size);
            }
        }
        if (dimensions.Count > 0 && product == leaf.Length)
            return dimensions;
        return leaf.Length == 1 ? [] : [leaf.Length];
    }
}
