using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DaprHep.DevSidecar;
using DaprHep.DevSidecar.Tests;

namespace Dapr.Client.Tests;

/// <summary>The client against a real sidecar over loopback.</summary>
public sealed class ClientTests : IAsyncLifetime
{
    private const string Subscriptions = """[{"pubsubname":"pubsub","topic":"progress","route":"/progress"}]""";
    private readonly string _folder = Directory.CreateTempSubdirectory("daprclient-").FullName;
    private TestApp _app = null!;
    private Sidecar _sidecar = null!;
    private DaprClient _client = null!;

    private sealed record Job(string Owner, int Fence);

    public async ValueTask InitializeAsync()
    {
        var port = LoopbackPort.Free();
        _app = await TestApp.StartAsync(port, Subscriptions);
        _sidecar = await Sidecar.StartAsync(new SidecarOptions
        {
            JournalPath = Path.Combine(_folder, "journal.db"), Nodes = [new NodeOptions("app", AppPort: port)], ApiToken = "secret",
        });
        _client = new DaprClientBuilder().UseHttpEndpoint($"http://127.0.0.1:{_sidecar.Node("app").HttpPort}").UseDaprApiToken("secret").Build();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _sidecar.DisposeAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_value_is_written_read_and_deleted()
    {
        (await _client.GetStateAsync<Job>("statestore", "job/1")).ShouldBeNull();
        await _client.SaveStateAsync("statestore", "job/1", new Job("a", 1));
        (await _client.GetStateAsync<Job>("statestore", "job/1")).ShouldBe(new Job("a", 1));
        await _client.DeleteStateAsync("statestore", "job/1");
        (await _client.GetStateAndETagAsync<Job>("statestore", "job/1")).ShouldBe((null!, ""));
    }

    [Fact]
    public async Task Of_two_writers_with_one_etag_the_first_wins()
    {
        (await _client.TrySaveStateAsync("statestore", "lease", new Job("a", 1), "")).ShouldBeTrue();
        (await _client.TrySaveStateAsync("statestore", "lease", new Job("b", 1), "")).ShouldBeFalse("the key is there already");
        var first = await _client.GetStateEntryAsync<Job>("statestore", "lease");
        var second = await _client.GetStateEntryAsync<Job>("statestore", "lease");
        first.Value = first.Value with { Fence = 2 };
        (await first.TrySaveAsync()).ShouldBeTrue();
        (await second.TrySaveAsync()).ShouldBeFalse();
        (await second.TryDeleteAsync()).ShouldBeFalse();
        (await _client.GetStateAsync<Job>("statestore", "lease")).Fence.ShouldBe(2);
        (await (await _client.GetStateEntryAsync<Job>("statestore", "lease")).TryDeleteAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task A_transaction_is_done_whole_or_not_at_all()
    {
        await _client.SaveStateAsync("statestore", "b", 1);
        await _client.ExecuteStateTransactionAsync("statestore",
        [
            new StateTransactionRequest("a", "41"u8.ToArray(), StateOperationType.Upsert), new StateTransactionRequest("b", null,
                StateOperationType.Delete),
        ]);
        var values = await _client.GetBulkStateAsync<int?>("statestore", ["a", "b"], 2);
        values.Select(v => (v.Key, v.Value, v.ETag.Length > 0)).ShouldBe([("a", 41, true), ("b", null, false)]);
        await Should.ThrowAsync<DaprApiException>(_client.ExecuteStateTransactionAsync("statestore",
        [
            new StateTransactionRequest("c", "1"u8.ToArray(), StateOperationType.Upsert), new StateTransactionRequest("a", "2"u8.ToArray(),
                StateOperationType.Upsert, etag: "old"),
        ]));
        (await _client.GetStateAsync<int?>("statestore", "c")).ShouldBeNull();
    }

    [Fact]
    public async Task Events_reach_the_subscriber_with_their_data()
    {
        await _client.PublishEventAsync("pubsub", "progress", new Job("a", 7));
        await _client.PublishByteEventAsync("pubsub", "progress", "text"u8.ToArray(), "text/plain", new Dictionary<string,
            string> { ["run"] = "r 1" });
        var got = await _app.WaitAsync("/progress", 2);
        JsonNode.Parse(got[0].Body)!["data"]!.ToJsonString().ShouldBe("""{"owner":"a","fence":7}""");
        JsonNode.Parse(got[1].Body)!["data"]!.ToString().ShouldBe("text");
        got[1].Headers["Run"].ShouldBe("r 1");
    }

    [Fact]
    public async Task Apps_are_called_and_their_errors_come_back_typed()
    {
        _app.Answer = r => r.PathAndQuery switch
        {
            "/double" => (200, $"{2 * int.Parse(r.Body, System.Globalization.CultureInfo.InvariantCulture)}"),
            "/fail" => (503, "busy"),
            _ => (200, $"\"{r.Method} {r.PathAndQuery}\""),
        };
        (await _client.InvokeMethodAsync<int, int>("app", "double", 21)).ShouldBe(42);
        (await _client.InvokeMethodAsync<string>(HttpMethod.Get, "app", "a/b?x=1")).ShouldBe("GET /a/b?x=1");
        var failed = await Should.ThrowAsync<InvocationException>(_client.InvokeMethodAsync("app", "fail"));
        (failed.AppId, failed.MethodName, failed.Response!.StatusCode).ShouldBe(("app", "fail", HttpStatusCode.ServiceUnavailable));
        (await Should.ThrowAsync<InvocationException>(_client.InvokeMethodAsync("nobody",
            "x"))).Response!.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        using var http = _client.CreateInvokableHttpClient("app");
        (await http.GetFromJsonAsync<string>("/hello")).ShouldBe("GET /hello");
    }

    [Fact]
    public async Task Errors_name_the_cause()
    {
        var unknown = await Should.ThrowAsync<DaprApiException>(_client.SaveStateAsync("nostore", "k", 1));
        unknown.ErrorCode.ShouldBe("ERR_STATE_STORE_NOT_FOUND");
        unknown.Message.ShouldContain("state store nostore is not found");
        using var stranger = new DaprClientBuilder().UseHttpEndpoint($"http://127.0.0.1:{_sidecar.Node("app").HttpPort}").UseDaprApiToken("wrong").Build();
        (await Should.ThrowAsync<DaprApiException>(stranger.GetStateAsync<int>("statestore",
            "k"))).Message.ShouldContain("invalid api token");
        using var nowhere = new DaprClientBuilder().UseHttpEndpoint("http://127.0.0.1:1").Build();
        (await Should.ThrowAsync<DaprException>(nowhere.GetStateAsync<int>("statestore", "k"))).Message.ShouldContain("cannot be reached");
        (await nowhere.CheckHealthAsync()).ShouldBeFalse();
        (await _client.CheckHealthAsync()).ShouldBeTrue();
        await _client.WaitForSidecarAsync();
    }
}
