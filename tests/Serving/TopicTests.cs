using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DaprHep.DevSidecar;
using DaprHep.DevSidecar.Tests;

namespace DaprHep.Serving.Tests;

/// <summary>The service through its sidecar: service invocation, and the topics.</summary>
public sealed class TopicTests : IAsyncLifetime
{
    private const string Reader = "reader";
    private const string Invocation = "invoke/serving/method/v1/models/hlf/predict";
    private const string Subscriptions = """
        [{"pubsubname":"pubsub","topic":"predictions","route":"/predictions"},
         {"pubsubname":"pubsub","topic":"events-refused","route":"/refused"},
         {"pubsubname":"pubsub","topic":"alarms","route":"/alarms"}]
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("serving-sidecar-");
    private readonly CatalogueServer _service = new();
    private readonly ModelFolder _model = new(reference: true);
    private Sidecar _sidecar = null!;
    private TestApp _reader = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        (int serving, int reader) = (LoopbackPort.Free(), LoopbackPort.Free());
        _reader = await TestApp.StartAsync(reader, Subscriptions);
        _sidecar = await Sidecar.StartAsync(new SidecarOptions
        {
            JournalPath = Path.Combine(_folder.FullName, "journal.db"),
            Nodes = [new NodeOptions("serving", AppPort: serving), new NodeOptions(Reader, AppPort: reader)],
        });
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_sidecar.Node(Reader).HttpPort}/v1.0/") };
        await _service.AddAsync("hlf", _model);
        SidecarNode node = _sidecar.Node("serving");
        using HttpClient direct = await _service.StartAsync(
            serving,
            ("DAPR_HTTP_ENDPOINT", $"http://127.0.0.1:{node.HttpPort}"),
            ("DAPR_GRPC_ENDPOINT", $"http://127.0.0.1:{node.GrpcPort}"),
            ("Serving:DriftSeconds", "1"));
        await CatalogueServer.WaitAsync(direct, "hlf", "v1");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _service.DisposeAsync();
        await _sidecar.DisposeAsync();
        await _reader.DisposeAsync();
        _model.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Service_invocation_reaches_a_model()
    {
        RawEvents events = ModelFolder.Events.Select(1, 2);
        using HttpResponseMessage answer = await _http.PostAsJsonAsync(Invocation, Server.BodyOf(events));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        Server.ProbabilitiesOf((await answer.Content.ReadFromJsonAsync<JsonNode>())!)
            .ShouldBe(DaprHep.Inference.Tests.Models.Predict(_model.Predictor, events), 1e-6);
    }

    [Fact]
    public async Task Published_events_come_back_as_predictions_ordered_by_id_and_a_repeated_message_is_known_by_its_id()
    {
        RawEvents events = ModelFolder.Events.Select(5, 6, 7);
        JsonObject body = Server.BodyOf(events, id: i => 30 - i);
        body["model"] = "hlf";
        await PublishAsync(body, "first");
        JsonNode envelope = JsonNode.Parse((await _reader.WaitAsync("/predictions"))[0].Body)!;
        JsonArray predictions = envelope["data"]!["predictions"]!.AsArray();
        predictions.Select(one => (int)one!["id"]!).ShouldBe([28, 29, 30]);
        float[] expected = DaprHep.Inference.Tests.Models.Predict(_model.Predictor, events.Select(2, 1, 0));
        predictions.SelectMany(one => one!["probabilities"]!.AsArray().Select(p => p!.GetValue<float>())).ShouldBe(expected, 1e-6);

        await PublishAsync(body, "first");
        body["events"]![0]!["id"] = 1;
        await PublishAsync(body, "second");
        IReadOnlyList<Received> all = await _reader.WaitAsync("/predictions", 2);
        all.Count.ShouldBe(2);
        string[] ids = [.. all.Select(message => (string)JsonNode.Parse(message.Body)!["id"]!)];
        ids.Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task Messages_that_cannot_be_predicted_go_to_the_dead_letters_and_do_not_stop_the_others()
    {
        await PublishAsync(JsonNode.Parse("""{"events":[{"id":1,"hlf":[1,2]}]}""")!.AsObject(), "short");
        await PublishAsync(JsonNode.Parse("""{"events":[{"hlf":[1,2,3,4,5,6,7,8,9,10,11,12,13,14]}]}""")!.AsObject(), "nameless");
        await PublishAsync(JsonNode.Parse("""{"nothing":true}""")!.AsObject(), "nothing");
        await PublishAsync(Server.BodyOf(ModelFolder.Events.Select(1), id: i => i), "good");
        (await _reader.WaitAsync("/predictions")).Count.ShouldBe(1);
        string[] refused = [.. (await _reader.WaitAsync("/refused", 3)).Select(message => (string)JsonNode.Parse(message.Body)!["id"]!)];
        refused.ShouldBe(["short", "nameless", "nothing"], ignoreOrder: true);
    }

    [Fact]
    public async Task An_alarm_is_published_once_when_events_have_drifted()
    {
        RawEvents events = ModelFolder.Events.Select([.. Enumerable.Range(0, 1000)]);
        for (int i = 0; i < events.Count; i++)
            events.Hlf[(i * 14) + 1] += 60;
        using HttpResponseMessage answer = await _http.PostAsJsonAsync(Invocation, Server.BodyOf(events));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        JsonNode alarm = JsonNode.Parse((await _reader.WaitAsync("/alarms"))[0].Body)!["data"]!;
        ((string)alarm["model"]!).ShouldBe("hlf");
        ((string)alarm["state"]!).ShouldBe("drifted");
        alarm["drifted"]!.AsArray().Select(one => (string)one!["name"]!).ShouldContain("MET");
        await Task.Delay(2500);
        _reader.To("/alarms").Count().ShouldBe(1);
    }

    private async Task PublishAsync(JsonObject body, string id)
    {
        using HttpResponseMessage answer = await _http.PostAsJsonAsync($"publish/pubsub/events?metadata.cloudevent.id={id}", body);
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync());
    }
}
