using DaprHep.Hosting.Contracts;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace DaprHep.Cli.Doctor;

/// <summary>
/// The Dapr resources of a folder: each is YAML with apiVersion, kind, name and spec, and the components that the services ask for by name
/// are there, the state store with actors switched on.
/// </summary>
internal static class ComponentFiles
{
    private const string Name = "components";
    private const string StateStore = "statestore";
    private static readonly string[] Kinds = ["Component", "Configuration", "Resiliency", "Subscription", "HTTPEndpoint"];

    public static IReadOnlyList<Finding> Check(string folder)
    {
        if (!Directory.Exists(folder))
            return [new Finding(Name, Severity.Failed, $"{folder}: no such folder", "set components-path in the stack's file")];
        var findings = new List<Finding>();
        var components = new Dictionary<string, YamlMappingNode>();
        foreach (string file in Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal))
        {
            foreach (string wrong in ReadFile(file, components))
                findings.Add(new Finding(Name, Severity.Failed, $"{file}: {wrong}", "mend the file"));
        }
        Require(StateStore, "state.");
        Require(ProgressMessage.PubSub, "pubsub.");
        if (components.TryGetValue(StateStore, out YamlMappingNode? store) && MetadataOf(store).GetValueOrDefault("actorStateStore") != "true")
        {
            findings.Add(new Finding(Name, Severity.Failed, $"{folder}: component '{StateStore}' has no actorStateStore",
                "add actorStateStore: \"true\" to its metadata; workflows need it"));
        }
        if (findings.Count == 0)
            findings.Add(new Finding(Name, Severity.Ok, $"{folder}: {string.Join(", ", components.Keys.Order(StringComparer.Ordinal))}"));
        return findings;

        void Require(string name, string type)
        {
            if (!components.TryGetValue(name, out YamlMappingNode? spec))
                findings.Add(new Finding(Name, Severity.Failed, $"{folder}: no component '{name}'", $"add one of type {type}…"));
            else if (!Text(spec, "type").StartsWith(type, StringComparison.Ordinal))
                findings.Add(new Finding(Name, Severity.Failed, $"{folder}: component '{name}' is {Text(spec, "type")}", $"make it {type}…"));
        }
    }

    /// <summary>The metadata of a component's spec by name.</summary>
    public static Dictionary<string, string> MetadataOf(YamlMappingNode spec) =>
        spec.Children.TryGetValue("metadata", out YamlNode? items) && items is YamlSequenceNode list
            ? list.OfType<YamlMappingNode>().ToDictionary(item => Text(item, "name"), item => Text(item, "value"))
            : [];

    private static List<string> ReadFile(string file, Dictionary<string, YamlMappingNode> components)
    {
        var wrong = new List<string>();
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(File.ReadAllText(file)));
        }
        catch (YamlException e)
        {
            return [$"line {e.Start.Line}: {e.Message}"];
        }
        foreach (YamlDocument document in stream.Documents)
        {
            if (document.RootNode is not YamlMappingNode resource)
            {
                wrong.Add("expected a resource with apiVersion, kind, metadata and spec");
                continue;
            }
            string kind = Text(resource, "kind");
            if (Text(resource, "apiVersion") is not ("dapr.io/v1alpha1" or "dapr.io/v2alpha1"))
                wrong.Add($"apiVersion: expected dapr.io/v1alpha1, found '{Text(resource, "apiVersion")}'");
            if (!Kinds.Contains(kind))
                wrong.Add($"kind: expected {string.Join(", ", Kinds)}, found '{kind}'");
            string name = resource.Children.TryGetValue("metadata", out YamlNode? metadata) && metadata is YamlMappingNode named
                ? Text(named, "name")
                : "";
            if (name.Length == 0)
                wrong.Add("metadata.name: expected a name");
            else if (!resource.Children.TryGetValue("spec", out YamlNode? spec) || spec is not YamlMappingNode fields)
                wrong.Add("spec: expected fields");
            else if (kind == "Component" && !components.TryAdd(name, fields))
                wrong.Add($"metadata.name: component '{name}' is there twice");
        }
        return wrong;
    }

    private static string Text(YamlMappingNode node, string field) =>
        node.Children.TryGetValue(field, out YamlNode? value) && value is YamlScalarNode { Value: { } text } ? text : "";
}
