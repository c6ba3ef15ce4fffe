using System.Globalization;

namespace DaprHep.Root;

/// <summary>
/// How a Double32_t or Float16_t is stored, as the comment of the member or the title of the leaf says:
/// <c>[min,max,bits]</c>, <c>[min,max]</c> or <c>[0,0,bits]</c> (TStreamerElement's GetRange).
/// </summary>
/// <param name="Minimum">Value of a stored 0.</param>
/// <param name="Factor">Stored units a unit of value; 0 if the value is stored as a floating-point number.</param>
/// <param name="MantissaBits">Bits of the mantissa kept (with a factor of 0); 0 for the type's default.</param>
internal readonly record struct TruncatedRange(double Minimum, double Factor, int MantissaBits)
{
    public static TruncatedRange Parse(string title)
    {
        var open = title.IndexOf('[');
        while (open >= 0)
        {
            var close = title.IndexOf(']', open);
            if (close < 0)
                break;
            var parts = title[(open + 1)..close].Split(',');
            if (parts.Length is 2 or 3)
                return FromParts(parts);
            open = title.IndexOf('[', close); // the first brackets were a dimension
        }
        return default;
    }

    private static TruncatedRange FromParts(string[] parts)
    {
        var minimum = Number(parts[0]);
        var maximum = Number(parts[1]);
        var bits = 32;
        if (parts.Length == 3 && int.TryParse(parts[2].AsSpan().Trim(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var given))
            bits = given is < 2 or > 32 ? 32 : given;
        if (minimum < maximum)
            return new TruncatedRange(minimum, (bits < 32 ? 1u << bits : uint.MaxValue) / (maximum - minimum), 0);
        return new TruncatedRange(0, 0, bits < 15 ? bits : 0);
    }

    /// <summary>A number, or one of the multiples of π that ROOT knows by name.</summary>
    private static double Number(string text)
    {
        var word = text.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        var sign = word.StartsWith('-') ? -1 : 1;
        return word.TrimStart('-') switch
        {
            "TWOPI" or "2PI" or "2*PI" => sign * 2 * Math.PI,
            "PI/2" => sign * Math.PI / 2,
            "PI/4" => sign * Math.PI / 4,
            "PI" => sign * Math.PI,
            _ => double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0,
        };
    }
}
