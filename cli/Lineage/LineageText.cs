using System.Text.Json.Nodes;

namespace DaprHep.Cli.Lineage;

/// <summary>A lineage as indented lines; what comes from something else stands below it.</summary>
internal static class LineageText
{
    public static void Write(JsonObject lineage, TextWriter output) => Write(lineage, output, "");

    private static void Write(JsonObject lineage, TextWriter output, string indent)
    {
        int width = lineage.Where(p => p.Value is JsonValue).Select(p => p.Key.Length).DefaultIfEmpty().Max();
        foreach ((string name, JsonNode? value) in lineage)
        {
            switch (value)
            {
                case JsonValue:
                    output.WriteLine($"{indent}{name.PadRight(width)}  {value}");
                    break;
                case JsonObject { Count: > 0 } inner:
                    output.WriteLine($"{indent}{name}");
                    Write(inner, output, indent + "  ");
                    break;
                case JsonArray { Count: > 0 } list:
                    WriteList(name, list, output, indent);
                    break;
            }
        }
    }

    private static void WriteList(string name, JsonArray list, TextWriter output, string indent)
    {
        output.WriteLine($"{indent}{name}");
        foreach (JsonNode? item in list)
        {
            if (item is JsonObject inner)
                Write(inner, output, indent + "  ");
            else
                output.WriteLine($"{indent}  {item}");
        }
    }
}
