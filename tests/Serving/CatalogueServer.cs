using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using DaprHep.Data.Objects;
using DaprHep.Hosting.Telemetry;
using DaprHep.Learning.Artifacts;
using DaprHep.Serving.Catalogue;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace DaprHep.Serving.Tests;

/// <summary>The service with a catalogue in a store of its own; there is no sidecar beside it.</summary>
internal sealed class CatalogueServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("serving-store-");
    private readonly List<WebApplication> _replicas = [];

    public ObjectStore Store => ObjectStore.Open(_folder.FullName);

    public string Folder => _folder.FullName;

    /// <summary>Starts a replica; the client's addresses are below <c>/v1/models/</c>.</summary>
    public Task<HttpClient> StartAsync() => StartAsync(port: 0, ("DAPR_HTTP_PORT", "1"), ("DAPR_GRPC_PORT", "1"));

    /// <inheritdoc cref="StartAsync()"/>
    public async Task<HttpClient> StartAsync(int port, params (string Key, string Value)[] settings)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.AddDaprHepTelemetry("serving");
        builder.Configuration.AddInMemoryCollection(
            settings.Append(("DAPRHEP_STORE", _folder.FullName))
                .Select(setting => KeyValuePair.Create(setting.Item1, (string?)setting.Item2)));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        WebApplication app = ServingService.Build(builder);
        _replicas.Add(app);
        await app.StartAsync();
        return new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(app.Urls.First() + "/v1/models/") };
    }

    /// <summary>Makes a model the next version of a name; the first one is served.</summary>
    public async Task<string> AddAsync(string name, ModelFolder folder, string? physics = null)
    {
        string prefix = $"models/{Guid.NewGuid():N}";
        byte[] weights = File.ReadAllBytes(Path.Combine(folder.Path, SavedModel.WeightsName));
        byte[] description = File.ReadAllBytes(Path.Combine(folder.Path, SavedModel.DescriptionName));
        await Store.WriteAsync($"{prefix}/{SavedModel.WeightsName}", weights);
        await Store.WriteAsync($"{prefix}/{SavedModel.DescriptionName}", description);
        VersionInput reads = VersionInput.Of(folder.Predictor);
        var version = new ModelVersion(
            "", prefix, Hash(description), Hash(weights), "run", DateTimeOffset.UtcNow, "", Metrics: null,
            reads with { Physics = physics ?? reads.Physics });
        ServingCatalogue catalogue = await new CatalogueStore(Store).UpdateAsync(
            newest =>
            {
                ServedModel model = (newest.Find(name) ?? new ServedModel { Name = name }).Add(version);
                return newest.With(model.Serving is null ? model.Serve(model.Versions[^1].Version) : model);
            },
            CancellationToken.None);
        return catalogue.Find(name)!.Versions[^1].Version;

        static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    /// <summary>Asks for a change and gives status and answer.</summary>
    public static async Task<(int Status, JsonNode Answer)> ChangeAsync(
        HttpClient http, string method, string path, JsonObject? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        if (body is not null)
            request.Content = JsonContent.Create(body);
        using HttpResponseMessage answer = await http.SendAsync(request);
        return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    /// <summary>Waits until a replica serves a version.</summary>
    public static async Task WaitAsync(HttpClient http, string name, string version)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            JsonArray lines = (await http.GetFromJsonAsync<JsonArray>("", limit.Token))!;
            if (lines.Any(line => (string?)line!["name"] == name && (string?)line["version"] == version))
                return;
            await Task.Delay(20, limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (WebApplication replica in _replicas)
        {
            await replica.StopAsync();
            await replica.DisposeAsync();
        }
        _folder.Delete(recursive: true);
    }
}
