using System.Text;
using System.Text.Json.Nodes;

namespace DaprHep.DevSidecar.Tests;

public class PubSubTests
{
    private const string Subscriptions = """
        [{"pubsubname":"pubsub","topic":"orders","route":"/orders","deadLetterTopic":"dead"},
         {"pubsubname":"pubsub","topic":"dead","route":"/dead"},
         {"pubsubname":"pubsub","topic":"raw","route":"/raw","metadata":{"rawPayload":"true"}},
         {"pubsubname":"pubsub","topic":"routed","routes":{"rules":[{"match":"event.type == \"t.a\"","path":"/a"}],"default":"/rest"}}]
        """;

    private static async Task<(LocalStack Stack, TestApp App, HttpClient Http)> StartAsync(int? port = null, bool withApp = true)
    {
        port ??= LoopbackPort.Free();
        var app = withApp ? await TestApp.StartAsync(port.Value, Subscriptions) : null!;
        var stack = await LocalStack.StartAsync(new SidecarOptions
        {
            JournalPath = LocalStack.NewJournal(), Nodes = [new NodeOptions("app", AppPort: port), new NodeOptions("publisher")],
        });
        return (stack, app, stack.Http("publisher"));
    }

    private static async Task Publish(HttpClient http, string topic, string body, string type = "application/json", string query = "")
    {
        using var content = new StringContent(body, Encoding.UTF8);
        content.Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue(type);
        using var answer = await http.PostAsync($"/v1.0/publish/pubsub/{topic}{query}", content);
        ((int)answer.StatusCode).ShouldBe(204, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_message_arrives_in_the_runtimes_envelope()
    {
        var (stack, app, http) = await StartAsync();
        await using var _ = stack;
        await using var __ = app;
        using var ___ = http;
        http.DefaultRequestHeaders.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        await Publish(http, "orders", """{"do": "ok"}""", query: "?metadata.ttlInSeconds=10&metadata.foo=bar");
        var got = (await app.WaitAsync("/orders"))[0];
        got.Headers["Content-Type"].ShouldBe("application/cloudevents+json");
        got.Headers["Pubsubname"].ShouldBe("pubsub");
        got.Headers["Traceparent"].ShouldBe("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        got.Headers["Foo"].ShouldBe("bar");
        var envelope = JsonNode.Parse(got.Body)!.AsObject();
        envelope.Select(p => p.Key).ShouldBe(
        [
            "data", "datacontenttype", "expiration", "id", "pubsubname", "source", "specversion", "time", "topic", "traceid", "traceparent", "tracestate", "type",
        ]);
        envelope["data"]!.ToJsonString().ShouldBe("""{"do":"ok"}""");
        envelope["source"]!.ToString().ShouldBe("publisher");
        envelope["type"]!.ToString().ShouldBe("com.dapr.event.sent");
        Guid.Parse(envelope["id"]!.ToString()).ShouldNotBe(Guid.Empty);

        await Publish(http, "orders", "plain text", "text/plain");
        await Publish(http, "orders", "bytes", "application/octet-stream");
        await Publish(http, "orders", """{"specversion":"1.0","type":"my.type","source":"me","id":"ce-1","data":{"n":1}}""",
            "application/cloudevents+json");
        var all = (await app.WaitAsync("/orders", 4)).Select(r => JsonNode.Parse(r.Body)!).ToList();
        all[1]["data"]!.ToString().ShouldBe("plain text");
        all[2]["data_base64"]!.ToString().ShouldBe(Convert.ToBase64String("bytes"u8));
        (all[3]["id"]!.ToString(), all[3]["source"]!.ToString(), all[3]["type"]!.ToString()).ShouldBe(("ce-1", "me", "my.type"));
    }

    [Fact]
    public async Task Raw_messages_and_routing_rules_are_kept_to()
    {
        var (stack, app, http) = await StartAsync();
        await using var _ = stack;
        await using var __ = app;
        using var ___ = http;
        await Publish(http, "raw", """{"raw": 1}""", query: "?metadata.rawPayload=true");
        var raw = JsonNode.Parse((await app.WaitAsync("/raw"))[0].Body)!;
        raw["data_base64"]!.ToString().ShouldBe(Convert.ToBase64String("""{"raw": 1}"""u8));
        raw["source"]!.ToString().ShouldBe("Dapr");
        await Publish(http, "routed", """{"type":"t.a","data":1}""", "application/cloudevents+json");
        await Publish(http, "routed", "{}");
        (await app.WaitAsync("/a")).Count.ShouldBe(1);
        (await app.WaitAsync("/rest")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_dropped_goes_to_the_dead_letters_at_once_and_what_fails_after_some_tries()
    {
        var (stack, app, http) = await StartAsync();
        await using var _ = stack;
        await using var __ = app;
        using var ___ = http;
        var failures = 2;
        app.Answer = r => r.PathAndQuery != "/orders" ? (200, "")
            : r.Body.Contains("drop") ? (200, """{"status":"DROP"}""")
            : r.Body.Contains("missing") ? (404, "")
            : r.Body.Contains("twice") && Interlocked.Decrement(ref failures) >= 0 ? (200, """{"status":"RETRY"}""")
            : r.Body.Contains("broken") ? (500, "") : (200, """{"status":"SUCCESS"}""");
        foreach (var what in new[] { "drop", "missing", "broken", "twice" })
            await Publish(http, "orders", $"\"{what}\"");
        var dead = await app.WaitAsync("/dead", 3);
        dead.Select(d => JsonNode.Parse(d.Body)!["data"]!.ToString()).ShouldBe(["drop", "missing", "broken"]);
        JsonNode.Parse(dead[0].Body)!["topic"]!.ToString().ShouldBe("orders");
        app.To("/orders").Count(r => r.Body.Contains("broken")).ShouldBe(4);
        app.To("/orders").Count(r => r.Body.Contains("twice")).ShouldBe(3);
    }

    [Fact]
    public async Task Messages_wait_for_an_app_that_is_down_even_over_a_restart_of_the_sidecar()
    {
        var port = LoopbackPort.Free();
        var (stack, _, http) = await StartAsync(port, withApp: false);
        await using var __ = stack;
        using var ___ = http;
        for (var i = 0; i < 3; i++)
            await Publish(http, "orders", $"{i}");
        await stack.RestartSidecarAsync();
        await using var app = await TestApp.StartAsync(port, Subscriptions);
        (await app.WaitAsync("/orders", 3)).Select(r => JsonNode.Parse(r.Body)!["data"]!.GetValue<int>()).ShouldBe([0, 1, 2]);
    }

    [Fact]
    public async Task An_unknown_pubsub_is_named()
    {
        await using var stack = await LocalStack.StartAsync("app");
        using var http = stack.Http("app");
        using var answer = await http.PostAsync("/v1.0/publish/nope/orders", null);
        ((int)answer.StatusCode).ShouldBe(404);
        (await answer.Content.ReadAsStringAsync()).ShouldBe(
            """{"errorCode":"ERR_PUBSUB_NOT_FOUND","message":"pubsub nope is not found","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","domain":"dapr.io","metadata":{},"reason":"DAPR_PUBSUB_NOT_FOUND"}]}""");
        using var unheard = await http.PostAsync("/v1.0/publish/pubsub/nosubscriber", null);
        ((int)unheard.StatusCode).ShouldBe(204);
    }
}
