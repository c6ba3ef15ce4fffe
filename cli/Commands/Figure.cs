using System.Globalization;
using System.Text.Json.Nodes;

namespace DaprHep.Cli.Commands;

/// <summary>A number of a document as tables show it.</summary>
internal static class Figure
{
    /// <summary>The number, or a dash where there is none.</summary>
    public static string Of(JsonNode? value, string format) => value?.GetValue<double>().ToString(format, CultureInfo.InvariantCulture) ?? "–";
}
