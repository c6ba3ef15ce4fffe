using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using DaprHep.Learning.Distributed.Kubernetes;

namespace DaprHep.Kubernetes.Tests;

/// <summary>The manifests of <c>infra/k8s</c>, as <c>kubectl kustomize</c> renders them.</summary>
internal static class Manifests
{
    private static readonly ConcurrentDictionary<string, Lazy<IReadOnlyList<JsonObject>>> Rendered = new();

    /// <summary>The folder with all of them.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "infra", "k8s");

    /// <summary>The overlays, by name.</summary>
    public static IReadOnlyList<string> Overlays { get; } =
        [.. Directory.GetDirectories(Path.Combine(Folder, "overlays")).Select(folder => Path.GetFileName(folder)!).Order()];

    /// <summary>All objects of an overlay, optionally with components that it does not have by itself.</summary>
    public static IReadOnlyList<JsonObject> Of(string overlay, params string[] components) =>
        Rendered.GetOrAdd(
            $"{overlay}+{string.Join('+', components)}", _ => new Lazy<IReadOnlyList<JsonObject>>(() => Render(overlay, components))).Value;

    /// <summary>The objects of a kind.</summary>
    public static IEnumerable<JsonObject> OfKind(this IEnumerable<JsonObject> objects, string kind) =>
        objects.Where(item => (string?)item["kind"] == kind);

    /// <summary>The object of a kind and name.</summary>
    public static JsonObject Named(this IEnumerable<JsonObject> objects, string kind, string name) =>
        objects.OfKind(kind).Single(o => NameOf(o) == name);

    /// <summary>The name of an object.</summary>
    public static string NameOf(JsonNode item) => (string)item["metadata"]!["name"]!;

    /// <summary>The templates of all pods that the objects make, and of the ranks, each with a name to call it by.</summary>
    public static IEnumerable<(string Name, JsonNode Template)> PodTemplates(this IEnumerable<JsonObject> objects)
    {
        foreach (JsonObject item in objects)
        {
            if ((string?)item["kind"] is "Deployment" or "StatefulSet" or "Job")
                yield return ($"{item["kind"]} {NameOf(item)}", item["spec"]!["template"]!);
            if ((string?)item["kind"] == "ConfigMap" && item["data"]?["rank-job.yaml"] is { } job)
                yield return ("rank-job.yaml", Documents((string)job!).Single()["spec"]!["template"]!);
        }
    }

    /// <summary>Whether a selector takes a pod with these labels.</summary>
    public static bool Selects(JsonNode selector, JsonObject labels) =>
        (selector["matchLabels"]?.AsObject() ?? []).All(wanted => (string?)labels[wanted.Key] == (string?)wanted.Value)
        && (selector["matchExpressions"]?.AsArray() ?? []).All(wanted =>
            (string?)wanted!["operator"] == "In"
            && wanted["values"]!.AsArray().Any(value => (string?)value == (string?)labels[(string)wanted["key"]!]));

    /// <summary>A file of YAML documents, by its path in the repository.</summary>
    public static IReadOnlyList<JsonObject> ReadYaml(string path) =>
        Documents(File.ReadAllText(Path.Combine(Repository.Root, path)));

    // As from JSON, in which a number is of whatever type one asks for.
    private static IReadOnlyList<JsonObject> Documents(string yaml) =>
        [.. YamlDocument.ReadAll(yaml).Select(document => JsonNode.Parse(document!.ToJsonString())!.AsObject())];

    private static IReadOnlyList<JsonObject> Render(string overlay, string[] components)
    {
        string folder = Path.Combine(Folder, "overlays", overlay);
        DirectoryInfo? beside = null;
        if (components.Length > 0)
        {
            // Components are taken in by a kustomization of one's own, as a person would do it.
            beside = Directory.CreateDirectory(Path.Combine(Folder, "overlays", $".test-{Guid.NewGuid():N}"));
            folder = beside.FullName;
            File.WriteAllText(
                Path.Combine(folder, "kustomization.yaml"),
                $"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: daprhep\nresources: [../{overlay}]\n"
                + $"components: [{string.Join(", ", components.Select(name => $"../../components/{name}"))}]\n");
        }
        try
        {
            return Documents(new Kubectl().Kustomize(folder));
        }
        finally
        {
            beside?.Delete(recursive: true);
        }
    }
}
