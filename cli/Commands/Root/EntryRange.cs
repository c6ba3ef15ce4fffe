using System.Globalization;

namespace DaprHep.Cli.Commands;

/// <summary>
/// Entries as written on the command line: <c>A:B</c> from A up to and without B; either may be left out, a negative one counts from
/// the end.
/// </summary>
internal static class EntryRange
{
    /// <summary>The range within a tree's entries; an end beyond them is the tree's end.</summary>
    public static (long First, long End) Parse(string? text, long entries)
    {
        if (text is null)
            return (0, entries);
        string[] parts = text.Split(':');
        if (parts.Length != 2)
            throw Wrong(text);
        long first = Place(parts[0], 0), end = Place(parts[1], entries);
        return first <= end ? (first, end) : throw Wrong(text);

        long Place(string part, long otherwise)
        {
            if (part.Length == 0)
                return otherwise;
            if (!long.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
                throw Wrong(text);
            return Math.Clamp(number < 0 ? entries + number : number, 0, entries);
        }
    }

    private static UsageException Wrong(string text) => new($"--entries {text}: expected A:B with A up to B, such as 0:100, 100: or -10:");
}
