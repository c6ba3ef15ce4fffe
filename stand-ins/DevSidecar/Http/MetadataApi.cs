using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using DaprHep.DevSidecar.Workflows;

namespace DaprHep.DevSidecar.Http;

/// <summary>What a node says of itself; <c>workflows.connectedWorkers</c> tells whether the app's worker is there.</summary>
internal sealed class MetadataApi(WorkflowEngine engine, SidecarNode node, SidecarOptions options, Subscriptions subscriptions)
{
    private const string RuntimeVersion = "1.18.3";
    private readonly ConcurrentDictionary<string, string> _extended = new() { ["daprRuntimeVersion"] = RuntimeVersion };

    public Task GetAsync(HttpContext context)
    {
        var workers = engine.ConnectedWorkers(node.AppId, node.Name);
        var actors = new JsonArray();
        if (workers > 0)
        {
            foreach (var kind in new[] { "workflow", "activity" })
                actors.Add(new JsonObject { ["type"] = $"dapr.internal.default.{node.AppId}.{kind}" });
        }

        var answer = new JsonObject
        {
            ["id"] = node.AppId,
            ["runtimeVersion"] = RuntimeVersion,
            ["enabledFeatures"] = new JsonArray(),
            ["actors"] = actors,
            ["components"] = new JsonArray(
                Component(options.PubSub, "pubsub.in-memory"), Component(options.StateStore, "state.sqlite", "ETAG", "TRANSACTIONAL",
                    "TTL", "ACTOR")),
            ["extended"] = new JsonObject(_extended.OrderBy(e =>
                e.Key, StringComparer.Ordinal).Select(e => KeyValuePair.Create(e.Key, (JsonNode?)e.Value))),
            ["subscriptions"] = new JsonArray([.. subscriptions.Of(node.AppId).Select(s => s.Describe())]),
        };
        if (node.AppPort is { } port)
            answer["appConnectionProperties"] = new JsonObject { ["port"] = port, ["protocol"] = "http", ["channelAddress"] = "127.0.0.1" };
        answer["actorRuntime"] = new JsonObject
        {
            ["runtimeStatus"] = "RUNNING", ["activeActors"] = new JsonArray(), ["hostReady"] = true, ["placement"] = "placement: connected",
        };
        if (workers > 0)
            answer["workflows"] = new JsonObject { ["connectedWorkers"] = workers };
        return HttpApi.WriteAsync(context, 200, answer);
    }

    public async Task PutAsync(HttpContext context, string key)
    {
        _extended[key] = Encoding.UTF8.GetString(await HttpApi.BodyAsync(context));
        context.Response.StatusCode = 204;
    }

    private static JsonObject Component(string name, string type, params string[] capabilities) => new()
    {
        ["name"] = name, ["type"] = type, ["version"] = "v1", ["capabilities"] = new JsonArray([.. capabilities.Select(c => (JsonNode)c)]),
    };
}
