using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using DaprHep.Hosting.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace DaprHep.Serving.Tests;

/// <summary>One model behind real sockets, as <c>daprhep serve</c> serves it.</summary>
internal sealed class Server : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Server(WebApplication app)
    {
        _app = app;
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = new Uri(app.Urls.First() + "/v1/models/"),
            Timeout = TimeSpan.FromSeconds(60),
        };
    }

    /// <summary>A client whose addresses are below <c>/v1/models/</c>.</summary>
    public HttpClient Http { get; }

    public int Port => Http.BaseAddress!.Port;

    public static async Task<Server> StartAsync(string model, params (string Key, string Value)[] settings)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.AddDaprHepTelemetry("serving");
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // Tests say themselves how slow is too slow, whatever else the machine does.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        WebApplication app = await ServingService.BuildAsync(builder, name: null, model, CancellationToken.None);
        await app.StartAsync();
        return new Server(app);
    }

    /// <summary>The body for some events.</summary>
    public static JsonObject BodyOf(RawEvents events, bool particles = false, Func<int, JsonNode?>? id = null)
    {
        var list = new JsonArray();
        for (int i = 0; i < events.Count; i++)
        {
            var one = new JsonObject { ["hlf"] = new JsonArray([.. events.Hlf.Skip(i * 14).Take(14).Select(value => (JsonNode)value)]) };
            if (id?.Invoke(i) is { } given)
                one["id"] = given;
            if (particles)
            {
                one["particles"] = new JsonArray([.. Enumerable.Range(events.Offsets[i], events.Offsets[i + 1] - events.Offsets[i])
                    .Select(row => events.Particles.Skip(row * 19).Take(19).Select(value => (JsonNode)value))
                    .Select(row => (JsonNode)new JsonArray([.. row]))]);
            }
            list.Add(one);
        }
        return new JsonObject { ["events"] = list };
    }

    /// <summary>Posts a JSON body and gives status and answer.</summary>
    public Task<(HttpStatusCode Status, JsonNode Answer)> PredictAsync(string model, JsonNode body) =>
        PredictAsync(model, body.ToJsonString());

    /// <inheritdoc cref="PredictAsync(string, JsonNode)"/>
    public async Task<(HttpStatusCode Status, JsonNode Answer)> PredictAsync(string model, string body)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage answer = await Http.PostAsync(new Uri($"{model}/predict", UriKind.Relative), content);
        string text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length > 0 ? JsonNode.Parse(text)! : new JsonObject());
    }

    /// <summary>The probabilities of an answer, [events, classes].</summary>
    public static float[] ProbabilitiesOf(JsonNode answer) =>
    [
        .. answer["predictions"]!.AsArray().SelectMany(one => one!["probabilities"]!.AsArray())
            .Select(value => float.Parse(value!.ToJsonString(), CultureInfo.InvariantCulture)),
    ];

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}
