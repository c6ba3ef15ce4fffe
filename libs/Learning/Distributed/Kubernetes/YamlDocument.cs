using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace DaprHep.Learning.Distributed.Kubernetes;

/// <summary>Manifests in YAML as the JSON that an API server takes: numbers and truth values are what is not quoted.</summary>
internal static class YamlDocument
{
    /// <summary>Reads all documents of a text.</summary>
    /// <exception cref="YamlException">It is no YAML; the message has line and column.</exception>
    internal static IReadOnlyList<JsonNode?> ReadAll(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(document => Read(document.RootNode))];
    }

    private static JsonNode? Read(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Select(pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value!, Read(pair.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Select(Read)]),
        YamlScalarNode { Style: ScalarStyle.Plain } plain => ReadPlain(plain.Value!),
        YamlScalarNode text => JsonValue.Create(text.Value),
        _ => throw new YamlException(node.Start, node.End, "expected a map, a list or a scalar"),
    };

    private static JsonValue? ReadPlain(string text) => text switch
    {
        "" or "~" or "null" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && char.IsAsciiDigit(text[^1])
            => JsonValue.Create(number),
        _ => JsonValue.Create(text),
    };
}
