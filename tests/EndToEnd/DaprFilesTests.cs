using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Serialization;

namespace DaprHep.EndToEnd.Tests;

/// <summary>
/// <c>dapr.yaml</c>, <c>tye.yaml</c> and <c>components/</c> have only fields that the real runtime knows, and agree with one another and the
/// services. Sources of the fields: Dapr's multi-app run template, its component references of Redis, and its Configuration and Resiliency schemas.
/// </summary>
public sealed class DaprFilesTests
{
    private static readonly string[] AppFields = ["appID", "appDirPath", "appPort", "command", "env"];
    private static readonly string[] CommonFields = ["resourcesPaths", "configFilePath", "env"];

    private static readonly Dictionary<string, string[]> MetadataFields = new()
    {
        ["state.redis"] = ["redisHost", "redisPassword", "actorStateStore", "keyPrefix"],
        ["pubsub.redis"] = ["redisHost", "redisPassword"],
    };

    [Fact]
    public void The_multi_app_file_has_the_apps_of_the_stack_each_with_its_folder_and_port()
    {
        JsonObject file = Read("dapr.yaml");
        file.Select(field => field.Key).ShouldBe(["version", "common", "apps"]);
        KeysOf(file["common"]!).ShouldBeSubsetOf(CommonFields);
        File.Exists(PathOf(file["common"]!["configFilePath"]!)).ShouldBeTrue();
        Directory.Exists(PathOf(file["common"]!["resourcesPaths"]!.AsArray().ShouldHaveSingleItem()!)).ShouldBeTrue();

        JsonArray apps = file["apps"]!.AsArray(), services = Read("tye.yaml")["services"]!.AsArray();
        apps.Select(app => Text(app!["appID"]!)).ShouldBe(services.Select(service => Text(service!["name"]!)));
        apps.Select(app => Text(app!["appPort"]!)).Distinct().Count().ShouldBe(apps.Count);
        foreach ((JsonNode? app, JsonNode? service) in apps.Zip(services))
        {
            KeysOf(app!).ShouldBeSubsetOf(AppFields);
            PathOf(app!["appDirPath"]!).ShouldBe(Path.GetDirectoryName(PathOf(service!["project"]!)));
            Text(app["env"]!["ASPNETCORE_URLS"]!).ShouldBe($"http://127.0.0.1:{Text(app["appPort"]!)}");
        }
        Text(apps.Single(app => Text(app!["appID"]!) == "pipeline")!["appPort"]!)
            .ShouldBe(Text(services.Single(s => Text(s!["name"]!) == "pipeline")!["bindings"]![0]!["port"]!));
    }

    [Fact]
    public void Components_are_of_real_types_with_real_fields()
    {
        JsonObject[] resources = [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "components"), "*.yaml")
            .Select(file => Read(Path.GetRelativePath(Repository.Root, file)))];
        resources.ShouldAllBe(resource => Text(resource["apiVersion"]!) == "dapr.io/v1alpha1");
        JsonObject[] components = [.. resources.Where(resource => Text(resource["kind"]!) == "Component")];
        components.Select(component => Text(component["metadata"]!["name"]!)).ShouldBe(["pubsub", "statestore"], ignoreOrder: true);
        foreach (JsonObject component in components)
        {
            JsonNode spec = component["spec"]!;
            KeysOf(spec).ShouldBe(["type", "version", "metadata"]);
            MetadataFields.ShouldContainKey(Text(spec["type"]!));
            foreach (JsonNode? item in spec["metadata"]!.AsArray())
            {
                KeysOf(item!).ShouldBe(["name", "value"]);
                MetadataFields[Text(spec["type"]!)].ShouldContain(Text(item!["name"]!));
            }
        }
    }

    [Fact]
    public void The_resiliency_speaks_of_apps_components_and_policies_that_there_are()
    {
        JsonNode spec = Read("components/resiliency.yaml")["spec"]!;
        KeysOf(spec).ShouldBe(["policies", "targets"]);
        KeysOf(spec["policies"]!).ShouldBeSubsetOf(["timeouts", "retries", "circuitBreakers"]);
        string[] timeouts = KeysOf(spec["policies"]!["timeouts"]!), retries = KeysOf(spec["policies"]!["retries"]!);
        foreach (string retry in retries)
            KeysOf(spec["policies"]!["retries"]![retry]!).ShouldBeSubsetOf(["policy", "duration", "maxInterval", "maxRetries"]);
        string[] known = [.. Read("tye.yaml")["services"]!.AsArray().Select(service => Text(service!["name"]!))];
        KeysOf(spec["targets"]!["apps"]!).ShouldBeSubsetOf(known);
        foreach ((string _, JsonNode? target) in spec["targets"]!["apps"]!.AsObject())
            timeouts.ShouldContain(Text(target!["timeout"]!));
        foreach ((string name, JsonNode? target) in spec["targets"]!["components"]!.AsObject())
        {
            name.ShouldBeOneOf("pubsub", "statestore");
            retries.ShouldContain(Text(target!["outbound"]!["retry"]!));
        }
    }

    private static string[] KeysOf(JsonNode node) => [.. node.AsObject().Select(field => field.Key)];

    private static string Text(JsonNode node) => Convert.ToString(node.GetValue<object>(), CultureInfo.InvariantCulture)!;

    private static string PathOf(JsonNode node) => Path.GetFullPath(Path.Combine(Repository.Root, Text(node)));

    private static JsonObject Read(string file)
    {
        object? yaml = new DeserializerBuilder().Build().Deserialize<object?>(File.ReadAllText(Path.Combine(Repository.Root, file)));
        return JsonNode.Parse(JsonSerializer.Serialize(Plain(yaml)))!.AsObject();
    }

    private static object? Plain(object? node) => node switch
    {
        Dictionary<object, object> map => map.ToDictionary(pair => (string)pair.Key, pair => Plain(pair.Value)),
        List<object> list => list.Select(Plain).ToList(),
        _ => node,
    };
}
