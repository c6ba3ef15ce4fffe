using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace DaprHep.DevSidecar.Tests;

public class HttpTests
{
    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static async Task<(int Status, string Body)> Read(Task<HttpResponseMessage> call)
    {
        using var response = await call;
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Workflows_are_commanded_over_http_with_the_runtimes_answers()
    {
        await using var stack = await LocalStack.StartAsync("app");
        await stack.AddWorkerAsync("app", o =>
            o.RegisterWorkflow<int, string>("event", (c, _) => c.WaitForExternalEventAsync<string>("Approve")));
        using var http = stack.Http("app");
        const string Base = "/v1.0/workflows/dapr/";
        (await Read(http.PostAsync(Base + "event/start?instanceID=h0", Json("1")))).ShouldBe((202, """{"instanceID":"h0"}"""));
        var twice = await Read(http.PostAsync(Base + "event/start?instanceID=h0", Json("1")));
        twice.Status.ShouldBe(500);
        twice.Body.ShouldBe("""{"errorCode":"ERR_START_WORKFLOW","message":"error starting workflow 'event': unable to start workflow: failed to start workflow: rpc error: code = AlreadyExists desc = an active workflow with ID 'h0' already exists"}""");
        (await Read(http.PostAsync("/v1.0-beta1/workflows/other/h0/pause", null))).ShouldBe((202, "{}"));
        await Until(http, Base + "h0", "SUSPENDED");
        (await Read(http.PostAsync(Base + "h0/resume", null))).ShouldBe((202, "{}"));
        (await Read(http.PostAsync(Base + "h0/raiseEvent/approve", Json("\"yes\"")))).ShouldBe((202, "{}"));
        var done = await Until(http, Base + "h0", "COMPLETED");
        done["workflowName"]!.ToString().ShouldBe("event");
        done["properties"]!.ToJsonString().ShouldBe("""{"dapr.workflow.input":"1","dapr.workflow.output":"\u0022yes\u0022"}""");
        (await Read(http.PostAsync(Base + "h0/purge", null))).ShouldBe((202, "{}"));
        (await Read(http.GetAsync(Base + "h0"))).ShouldBe((404,
            """{"errorCode":"ERR_INSTANCE_ID_NOT_FOUND","message":"unable to find workflow with the provided instance ID: h0"}"""));
        (await Read(http.PostAsync(Base + "none/pause", null))).ShouldBe((500,
            """{"errorCode":"ERR_PAUSE_WORKFLOW","message":"error pausing workflow none: failed to pause workflow none: failed to suspend workflow: no such instance exists"}"""));
        (await Read(http.PostAsync(Base + "none/raiseEvent/x", null))).Body.ShouldContain("ERR_RAISE_EVENT_WORKFLOW");
        (await Read(http.PostAsync(Base + "event/start?instanceID=bad%20id", null))).ShouldBe((400,
            """{"errorCode":"ERR_INSTANCE_ID_INVALID","message":"workflow instance ID 'bad id' is invalid: only alphanumeric and underscore characters are allowed"}"""));
        await Read(http.PostAsync(Base + "event/start?instanceID=t", Json("1")));
        (await Read(http.PostAsync(Base + "t/terminate", null))).ShouldBe((202, "{}"));
        await Until(http, Base + "t", "TERMINATED");
    }

    [Fact]
    public async Task State_has_etags_transactions_and_survives_a_restart()
    {
        await using var stack = await LocalStack.StartAsync("app", "other");
        using var http = stack.Http("app");
        const string Base = "/v1.0/state/statestore";
        (await Read(http.PostAsync(Base, Json("""[{"key":"a","value":{"n":1, "t":"é"}},{"key":"b","value":"str"}]""")))).ShouldBe((204,
            ""));
        using var got = await http.GetAsync(Base + "/a");
        (await got.Content.ReadAsStringAsync()).ShouldBe("""{"n":1,"t":"é"}""");
        got.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        var etag = got.Headers.NonValidated["ETag"].ToString();
        (await Read(http.PostAsync(Base,
            Json("""[{"key":"a","value":2,"etag":"wrong","options":{"concurrency":"first-write"}}]""")))).ShouldBe(
            (409, """{"errorCode":"ERR_STATE_SAVE","message":"failed saving state in state store statestore: possible etag mismatch. error from state store"}"""));
        (await Read(http.PostAsync(Base,
            Json("""[{"key":"a","value":3,"etag":"ETAG","options":{"concurrency":"first-write"}}]""".Replace("ETAG", etag,
            StringComparison.Ordinal))))).Status.ShouldBe(204);
        (await Read(http.PostAsync(Base,
            Json("""[{"key":"a","value":4,"options":{"concurrency":"first-write"}}]""")))).Status.ShouldBe(409);
        using var stale = new HttpRequestMessage(HttpMethod.Delete, Base + "/a");
        stale.Headers.TryAddWithoutValidation("If-Match", etag);
        (await Read(http.SendAsync(stale))).ShouldBe(
            (409, """{"errorCode":"ERR_STATE_DELETE","message":"failed deleting state with key a: possible etag mismatch. error from state store"}"""));

        // A transaction is all or nothing.
        (await Read(http.PostAsync(Base + "/transaction",
            Json("""{"operations":[{"operation":"upsert","request":{"key":"c","value":1}},{"operation":"delete","request":{"key":"b","etag":"x"}}]}""")))).Status.ShouldBe(500);
        (await Read(http.GetAsync(Base + "/c"))).Status.ShouldBe(204);
        (await Read(http.PostAsync(Base + "/transaction",
            Json("""{"operations":[{"operation":"upsert","request":{"key":"c","value":1}},{"operation":"delete","request":{"key":"b"}}]}""")))).Status.ShouldBe(204);
        (await Read(http.PostAsync(Base + "/bulk",
            Json("""{"keys":["c","b"]}""")))).Body.ShouldMatch("""^\[\{"key":"c","data":1,"etag":"[-0-9a-f]+"\},\{"key":"b"\}\]$""");

        await stack.RestartSidecarAsync();
        (await Read(http.GetAsync(Base + "/a"))).ShouldBe((200, "3"));
        using var other = stack.Http("other");
        (await Read(other.GetAsync(Base + "/a"))).Status.ShouldBe(204, "keys belong to their app");
        (await Read(http.GetAsync("/v1.0/state/nostore/k"))).ShouldBe(
            (400, """{"errorCode":"ERR_STATE_STORE_NOT_FOUND","message":"state store nostore is not found","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","domain":"dapr.io","metadata":{"appID":"app"},"reason":"DAPR_STATE_NOT_FOUND"}]}"""));
        (await Read(http.PostAsync(Base, Json("not json")))).Body.ShouldStartWith("""{"errorCode":"ERR_MALFORMED_REQUEST",""");
        (await Read(http.PostAsync(Base, Json("""[{"value":1}]""")))).ShouldBe((400,
            """{"errorCode":"ERR_MALFORMED_REQUEST","message":"\"key\" is a required field"}"""));
        (await Read(http.PostAsync(Base, Json("""[{"key":"a||b","value":1}]""")))).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Where_the_stores_name_is_the_prefix_all_apps_see_the_same_keys()
    {
        await using var stack = await LocalStack.StartAsync(new SidecarOptions
        {
            JournalPath = LocalStack.NewJournal(),
            Nodes = [new NodeOptions("app"), new NodeOptions("other")],
            StateKeyPrefix = "name",
        });
        using HttpClient http = stack.Http("app"), other = stack.Http("other");
        await Read(http.PostAsync("/v1.0/state/statestore", Json("""[{"key":"a","value":1}]""")));
        (await Read(other.GetAsync("/v1.0/state/statestore/a"))).ShouldBe((200, "1"));
        await Read(other.DeleteAsync("/v1.0/state/statestore/a"));
        (await Read(http.GetAsync("/v1.0/state/statestore/a"))).Status.ShouldBe(204);
    }

    [Fact]
    public async Task A_value_with_a_time_to_live_goes_away()
    {
        await using var stack = await LocalStack.StartAsync("app");
        using var http = stack.Http("app");
        await Read(http.PostAsync("/v1.0/state/statestore", Json("""[{"key":"a","value":1,"metadata":{"ttlInSeconds":"1"}}]""")));
        (await Read(http.GetAsync("/v1.0/state/statestore/a"))).Status.ShouldBe(200);
        await Task.Delay(1100);
        (await Read(http.GetAsync("/v1.0/state/statestore/a"))).Status.ShouldBe(204);
    }

    [Fact]
    public async Task Invocation_passes_request_and_answer_through()
    {
        var port = LoopbackPort.Free();
        await using var app = await TestApp.StartAsync(port, "[]");
        await using var stack = await LocalStack.StartAsync(new SidecarOptions
        {
            JournalPath = LocalStack.NewJournal(), Nodes = [new NodeOptions("app", AppPort: port),
                new NodeOptions("bare")], AppToken = "app-token",
        });
        app.Answer = r => r.PathAndQuery == "/status418" ? (418, """{"teapot":true}""") : (200, $"{r.Method} {r.PathAndQuery} {r.Body}");
        using var http = stack.Http("bare");
        using var post = new HttpRequestMessage(HttpMethod.Post,
            "/v1.0/invoke/app/method/hello/world?x=1&y=a%20b") { Content = Json("""{"n":1}""") };
        post.Headers.Add("X-Custom", "v");
        post.Headers.Add("dapr-api-token", "callers");
        using var answer = await http.SendAsync(post);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("""POST /hello/world?x=1&y=a%20b {"n":1}""");
        answer.Headers.GetValues("X-App").ShouldBe(["yes"]);
        var got = app.To("/hello/world?x=1&y=a%20b").ShouldHaveSingleItem();
        got.Headers["X-Custom"].ShouldBe("v");
        got.Headers["dapr-api-token"].ShouldBe("app-token");
        got.Headers["Content-Type"].ShouldStartWith("application/json");
        (await Read(http.GetAsync("/v1.0/invoke/app/method/a/b%2Fc"))).Body.ShouldBe("GET /a/b/c ");
        (await Read(http.GetAsync("/v1.0/invoke/app/method/status418"))).ShouldBe((418, """{"teapot":true}"""));
        using var byHeader = new HttpRequestMessage(HttpMethod.Put, "/any/path?z=1") { Content = Json("2") };
        byHeader.Headers.Add("dapr-app-id", "app");
        (await Read(http.SendAsync(byHeader))).Body.ShouldBe("PUT /any/path?z=1 2");
        (await Read(http.GetAsync("/v1.0/invoke/nosuchapp/method/x"))).ShouldBe((500,
            """{"errorCode":"ERR_DIRECT_INVOKE","message":"failed to invoke, id: nosuchapp, err: no host found with the given ID"}"""));
        (await Read(http.GetAsync("/v1.0/invoke/bare/method/x"))).ShouldBe((500,
            """{"errorCode":"ERR_DIRECT_INVOKE","message":"failed to invoke, id: bare, err: app channel is not initialized"}"""));
        (await Read(http.GetAsync("/"))).ShouldBe((404,
            """{"errorCode":"ERR_DIRECT_INVOKE","message":"failed getting app id either from the URL path or the header dapr-app-id"}"""));
    }

    [Fact]
    public async Task Metadata_counts_workers_and_health_needs_no_token()
    {
        await using var sidecar = await Sidecar.StartAsync(new SidecarOptions { JournalPath = LocalStack.NewJournal(),
            Nodes = [new NodeOptions("app")], ApiToken = "t" });
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{sidecar.Node("app").HttpPort}") };
        (await Read(http.GetAsync("/v1.0/healthz"))).ShouldBe((204, ""));
        (await Read(http.GetAsync("/v1.0/metadata"))).ShouldBe((401, "invalid api token\n"));
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "t");
        (await Read(http.GetAsync("/v1.0/metadata"))).Status.ShouldBe(401);
        http.DefaultRequestHeaders.Add("dapr-api-token", "t");
        JsonNode.Parse((await Read(http.GetAsync("/v1.0/metadata"))).Body)!["workflows"].ShouldBeNull();
        using var worker = LocalStack.Worker(sidecar.Node("app").GrpcPort, _ => { }, "t");
        await worker.StartAsync();
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (JsonNode.Parse((await Read(http.GetAsync("/v1.0/metadata"))).Body)!["workflows"]?["connectedWorkers"]?.GetValue<int>() != 1)
            await Task.Delay(20, limit.Token);
        (await Read(http.PutAsync("/v1.0/metadata/mine", new StringContent("value")))).Status.ShouldBe(204);
        JsonNode.Parse((await Read(http.GetAsync("/v1.0/metadata"))).Body)!["extended"]!["mine"]!.ToString().ShouldBe("value");
        await worker.StopAsync();
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused()
    {
        await using var stack = await LocalStack.StartAsync("app");
        using var http = stack.Http("app");
        http.DefaultRequestHeaders.ExpectContinue = true;
        using var answer = await http.PostAsync("/v1.0/publish/pubsub/t", new ByteArrayContent(new byte[5 * 1024 * 1024]));
        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    private static async Task<JsonNode> Until(HttpClient http, string path, string status)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            var (code, body) = await Read(http.GetAsync(path));
            if (code == 200 && JsonNode.Parse(body)!["runtimeStatus"]!.ToString() == status)
                return JsonNode.Parse(body)!;
            await Task.Delay(10, limit.Token);
        }
    }
}
