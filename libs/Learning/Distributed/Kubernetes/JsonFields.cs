using System.Text.Json;

namespace DaprHep.Learning.Distributed.Kubernetes;

/// <summary>Fields of objects as the API server sends them, where each may be missing or null.</summary>
internal static class JsonFields
{
    /// <summary>The text below a path of names.</summary>
    internal static string? TextAt(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.Find(path) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>The number below a path of names.</summary>
    internal static int? NumberAt(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.Find(path) is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : null;

    /// <summary>The elements of the list below a path of names; none where there is no list.</summary>
    internal static IEnumerable<JsonElement> ListAt(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.Find(path) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    /// <summary>What is below a path of names, unless it is null.</summary>
    internal static JsonElement? Find(this JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }

        return element.ValueKind == JsonValueKind.Null ? null : element;
    }

    /// <summary>The condition of a type, where its status is True.</summary>
    internal static JsonElement? TrueCondition(this JsonElement element, string type) => element.Condition(type, "True");

    /// <summary>The condition of a type, where its status is as given. A condition that is there may be False.</summary>
    internal static JsonElement? Condition(this JsonElement element, string type, string status)
    {
        foreach (var condition in element.ListAt("status", "conditions"))
        {
            if (condition.TextAt("type") == type && condition.TextAt("status") == status)
                return condition;
        }

        return null;
    }
}
