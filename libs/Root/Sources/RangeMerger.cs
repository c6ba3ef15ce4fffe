namespace DaprHep.Root;

/// <summary>Joins ranges that lie close together, so that one request fetches several baskets.</summary>
internal static class RangeMerger
{
    /// <summary>Bytes between two ranges that are cheaper to fetch than another request.</summary>
    public const int MaximumGap = 32 << 10;

    /// <summary>A request grows no further than this.</summary>
    public const int MaximumLength = 8 << 20;

    /// <summary>Sorts and joins the ranges.</summary>
    public static List<ByteRange> Merge(IEnumerable<ByteRange> ranges)
    {
        var merged = new List<ByteRange>();
        foreach (var range in ranges.Where(r => r.Length > 0).OrderBy(r => r.Offset))
        {
            if (merged.Count > 0 && merged[^1] is var last && range.Offset - last.End <= MaximumGap
                && Math.Max(range.End, last.End) - last.Offset <= MaximumLength)
            {
                merged[^1] = last with { Length = (int)(Math.Max(range.End, last.End) - last.Offset) };
            }
            else
            {
                merged.Add(range);
            }
        }
        return merged;
    }
}
