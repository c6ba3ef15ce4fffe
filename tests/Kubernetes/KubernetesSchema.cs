using System.Text.Json;
using System.Text.Json.Nodes;

namespace DaprHep.Kubernetes.Tests;

/// <summary>
/// Checks objects against JSON schemas, as far as the schemas here need it: those that an API server of Kubernetes 1.37 publishes, made
/// strict (<c>schemas.json</c>), and our own of Dapr's and KEDA's kinds.
/// </summary>
internal sealed class KubernetesSchema
{
    private readonly JsonObject _root;

    private KubernetesSchema(string file) => _root = JsonNode.Parse(File.ReadAllText(file))!.AsObject();

    /// <summary>The kinds of Kubernetes itself.</summary>
    public static KubernetesSchema Core { get; } = new(Path.Combine(Repository.Root, "tests", "Kubernetes", "schemas.json"));

    /// <summary>The kinds of Dapr and KEDA.</summary>
    public static KubernetesSchema Extensions { get; } = new(Path.Combine(Repository.Root, "tests", "Kubernetes", "extensions.json"));

    /// <summary>Whether there is a schema for an object.</summary>
    public bool Knows(JsonNode manifest) => _root["kinds"]![KindOf(manifest)] is not null;

    /// <summary>What is wrong with an object, one line a fault; none where all is well.</summary>
    public IReadOnlyList<string> FaultsOf(JsonNode manifest)
    {
        var faults = new List<string>();
        if (_root["kinds"]![KindOf(manifest)] is { } schema)
            Check(manifest, schema, "$", faults);
        else
            faults.Add($"no schema for {KindOf(manifest)}");
        return faults;
    }

    private static string KindOf(JsonNode manifest) => $"{manifest["apiVersion"]}/{manifest["kind"]}";

    private void Check(JsonNode? value, JsonNode schema, string path, List<string> faults)
    {
        if (schema is not JsonObject rules)
            return;
        if (rules["$ref"] is { } reference)
        {
            JsonNode? target = _root;
            foreach (string part in reference.GetValue<string>().TrimStart('#').Trim('/').Split('/'))
                target = target![part.Replace("~1", "/", StringComparison.Ordinal)];
            Check(value, target ?? throw new InvalidOperationException($"schema {reference} is missing"), path, faults);
        }
        if (rules["oneOf"] is JsonArray choices && choices.Count(choice => Passes(value, choice!)) != 1)
            faults.Add($"{path}: {value?.ToJsonString() ?? "null"} is none of what is allowed");
        if (rules["enum"] is JsonArray allowed && !allowed.Any(one => JsonNode.DeepEquals(one, value)))
            faults.Add($"{path}: {value?.ToJsonString() ?? "null"} is not among {allowed.ToJsonString()}");
        if (rules["const"] is { } only && !JsonNode.DeepEquals(only, value))
            faults.Add($"{path}: expected {only.ToJsonString()}, found {value?.ToJsonString() ?? "null"}");
        if (rules["type"] is { } type && !IsOf(value, type))
        {
            faults.Add($"{path}: expected {type.ToJsonString()}, found {value?.ToJsonString() ?? "null"}");
            return;
        }
        if (value is JsonObject map)
            CheckFields(map, rules, path, faults);
        if (value is JsonArray list && rules["items"] is { } items)
        {
            for (int i = 0; i < list.Count; i++)
                Check(list[i], items, $"{path}[{i}]", faults);
        }
    }

    private void CheckFields(JsonObject map, JsonObject rules, string path, List<string> faults)
    {
        foreach (JsonNode? name in rules["required"] as JsonArray ?? [])
        {
            if (!map.ContainsKey(name!.GetValue<string>()))
                faults.Add($"{path}: {name} is missing");
        }
        foreach ((string name, JsonNode? field) in map)
        {
            if (rules["properties"]?[name] is { } known)
                Check(field, known, $"{path}.{name}", faults);
            else if (rules["additionalProperties"] is JsonObject others)
                Check(field, others, $"{path}.{name}", faults);
            else if (rules["additionalProperties"] is JsonValue closed && !closed.GetValue<bool>())
                faults.Add($"{path}: there is no field {name}");
        }
    }

    private bool Passes(JsonNode? value, JsonNode schema)
    {
        var faults = new List<string>();
        Check(value, schema, "", faults);
        return faults.Count == 0;
    }

    private static bool IsOf(JsonNode? value, JsonNode type) => type is JsonArray any
        ? any.Any(one => IsOf(value, one!))
        : (type.GetValue<string>(), value?.GetValueKind() ?? JsonValueKind.Null) switch
        {
            ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String)
                or ("null", JsonValueKind.Null) or ("boolean", JsonValueKind.True or JsonValueKind.False)
                or ("number", JsonValueKind.Number) => true,
            ("integer", JsonValueKind.Number) => value!.ToJsonString().All(c => char.IsAsciiDigit(c) || c == '-'),
            _ => false,
        };
}
