using System.Globalization;
using System.Text;

namespace DaprHep.Learning.Report;

/// <summary>Text and numbers as they may stand in HTML and SVG.</summary>
internal static class Markup
{
    private const char ThinSpace = '\u202F';

    /// <summary>What stands for an unknown number.</summary>
    public const string Unknown = "–";

    /// <summary>Text made harmless in element content and in attributes; characters XML does not allow become U+FFFD.</summary>
    public static string Escape(string text)
    {
        var result = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '&': result.Append("&amp;"); break;
                case '<': result.Append("&lt;"); break;
                case '>': result.Append("&gt;"); break;
                case '"': result.Append("&quot;"); break;
                case '\'': result.Append("&#39;"); break;
                case '\t' or '\n' or '\r': result.Append(' '); break;
                case < 0x20 or (>= 0x7F and <= 0x9F) or 0xFFFE or 0xFFFF: result.Append('\uFFFD'); break;
                default: result.Append(rune); break;
            }
        }

        return result.ToString();
    }

    /// <summary>A whole number with its digits in groups of three.</summary>
    public static string Count(long value) => Grouped(value.ToString("#,0", CultureInfo.InvariantCulture));

    /// <summary>A coordinate of a drawing.</summary>
    public static string Coordinate(double value) =>
        (double.IsFinite(value) ? Math.Round(value, 2) + 0.0 : 0).ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>A value with that many decimals.</summary>
    public static string Fixed(double? value, int decimals) => value is { } number && double.IsFinite(number)
        ? Grouped(number.ToString(decimals == 0 ? "#,0" : "#,0." + new string('0', decimals), CultureInfo.InvariantCulture))
        : Unknown;

    /// <summary>A part of a whole as a percentage.</summary>
    public static string Percent(double part, double whole) =>
        whole > 0 && double.IsFinite(part) ? (100 * part / whole).ToString("0.0", CultureInfo.InvariantCulture) + " %" : Unknown;

    /// <summary>A value with its error, both to the error's second digit; small ones with a power of ten.</summary>
    public static string Of(Measurement measurement)
    {
        if (measurement.Value is not { } value || !double.IsFinite(value))
            return Unknown;
        var error = measurement.Error is { } e && double.IsFinite(e) && e > 0 ? e : 0;
        var magnitude = Math.Max(Math.Abs(value), error);
        if (magnitude > 0 && magnitude < 1e-3)
        {
            var exponent = (int)Math.Floor(Math.Log10(magnitude));
            var power = Math.Pow(10, exponent);
            var scaled = WithError(value / power, error / power, 2);
            return error > 0 ? $"({scaled}) × {PowerOfTen(exponent)}" : $"{scaled} × {PowerOfTen(exponent)}";
        }

        return WithError(value, error, 4);
    }

    /// <summary>10 to a power, with the power raised.</summary>
    public static string PowerOfTen(int exponent)
    {
        const string Digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
        var text = new StringBuilder("10");
        foreach (var character in exponent.ToString(CultureInfo.InvariantCulture))
            text.Append(character == '-' ? '⁻' : Digits[character - '0']);
        return text.ToString();
    }

    private static string WithError(double value, double error, int decimalsWithoutError)
    {
        if (error == 0)
            return Fixed(value, decimalsWithoutError);
        var decimals = Math.Clamp(1 - (int)Math.Floor(Math.Log10(error)), 0, 6);
        return $"{Fixed(value, decimals)} ± {Fixed(error, decimals)}";
    }

    private static string Grouped(string text) => text.Replace(',', ThinSpace).Replace('-', '−');
}
