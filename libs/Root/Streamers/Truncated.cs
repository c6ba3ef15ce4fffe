namespace DaprHep.Root;

/// <summary>Double32_t and Float16_t: floating-point members stored with fewer bits, as the member's comment says.</summary>
internal static class Truncated
{
    /// <summary>Bytes one value takes: 4 with a range or as a plain Double32_t, 3 with a truncated mantissa.</summary>
    public static int BytesOf(StreamerElement element)
    {
        var hasRange = element.Title.StartsWith('[');
        return (element.Type % 20) == ElementType.Double32 ? hasRange ? 4 : 4 : hasRange ? 4 : 3;
    }
}
