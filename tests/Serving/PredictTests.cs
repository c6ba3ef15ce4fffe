using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DaprHep.Physics;

namespace DaprHep.Serving.Tests;

/// <summary>JSON events in, probabilities out.</summary>
public sealed class PredictTests
{
    [Theory]
    [InlineData("hlf")]
    [InlineData("sequence")]
    [InlineData("inclusive")]
    [InlineData("lstm")]
    [InlineData("trees")]
    public async Task Every_kind_of_model_gives_over_http_the_probabilities_that_it_gives_in_memory(string kind)
    {
        using var folder = new ModelFolder(kind);
        await using Server server = await Server.StartAsync(folder.Path);
        RawEvents events = ModelFolder.Events.Select([.. Enumerable.Range(0, 40).Select(i => i * 7)]);
        (HttpStatusCode status, JsonNode answer) = await server.PredictAsync(kind, Server.BodyOf(events, particles: true));
        status.ShouldBe(HttpStatusCode.OK, answer.ToJsonString());
        answer["model"]!.GetValue<string>().ShouldBe(kind);
        answer["classes"]!.AsArray().Select(name => name!.GetValue<string>()).ShouldBe(["qcd", "ttbar", "wjets"]);
        Server.ProbabilitiesOf(answer).ShouldBe(DaprHep.Inference.Tests.Models.Predict(folder.Predictor, events), 1e-6);
        foreach (JsonNode? one in answer["predictions"]!.AsArray())
        {
            double[] own = [.. one!["probabilities"]!.AsArray().Select(p => p!.GetValue<double>())];
            string[] names = ["qcd", "ttbar", "wjets"];
            one["class"]!.GetValue<string>().ShouldBe(names[Array.IndexOf(own, own.Max())]);
        }
    }

    [Fact]
    public async Task The_published_model_gives_over_http_what_was_published()
    {
        if (Repository.Shared is not { } shared)
            return;
        string golden = Path.Combine(shared, "golden");
        using var folder = new ModelFolder(PublishedModel.Convert(golden));
        await using Server server = await Server.StartAsync(folder.Path);
        string[] files = ["qcd_0", "ttbar_0", "wlnu_0"];
        Dictionary<ulong, RawEvents>[] events =
            [.. files.Select(name => PublishedModel.Read(Path.Combine(golden, "cern2019", $"{name}.arrow")))];
        string[][] lines = [.. File.ReadLines(Path.Combine(golden, "model", "predictions.csv")).Skip(1).Select(line => line.Split(','))];
        foreach (string[] line in lines)
        {
            RawEvents one = events[int.Parse(line[1], CultureInfo.InvariantCulture)][ulong.Parse(line[0], CultureInfo.InvariantCulture)];
            (HttpStatusCode status, JsonNode answer) = await server.PredictAsync("inclusive", Server.BodyOf(one, particles: true));
            status.ShouldBe(HttpStatusCode.OK, answer.ToJsonString());
            float[] published = [.. line[2..5].Select(value => float.Parse(value, CultureInfo.InvariantCulture))];
            Server.ProbabilitiesOf(answer).ShouldBe(published, 1e-4);
        }
    }

    [Fact]
    public async Task Ids_come_back_as_they_were_given_and_features_may_be_named_in_any_order()
    {
        using var folder = new ModelFolder();
        await using Server server = await Server.StartAsync(folder.Path);
        RawEvents events = ModelFolder.Events.Select(3, 400, 800);
        JsonObject body = Server.BodyOf(events, id: i => i switch { 0 => ulong.MaxValue, 1 => "18446744073709551614", _ => null });
        float[] expected = Server.ProbabilitiesOf((await server.PredictAsync("hlf", body)).Answer);
        foreach (JsonNode? one in body["events"]!.AsArray())
        {
            JsonArray values = one!["hlf"]!.AsArray();
            var named = HlfColumns.Names.Select((name, k) => KeyValuePair.Create(name, (JsonNode?)values[k]!.DeepClone()));
            one["hlf"] = new JsonObject(named.Reverse());
        }
        (HttpStatusCode status, JsonNode answer) = await server.PredictAsync("hlf", body);
        status.ShouldBe(HttpStatusCode.OK, answer.ToJsonString());
        Server.ProbabilitiesOf(answer).ShouldBe(expected);
        JsonArray predictions = answer["predictions"]!.AsArray();
        predictions[0]!["id"]!.ToJsonString().ShouldBe("18446744073709551615");
        predictions[1]!["id"]!.ToJsonString().ShouldBe("\"18446744073709551614\"");
        predictions[2]!["id"].ShouldBeNull();
    }

    [Fact]
    public async Task Particles_may_be_named_too()
    {
        using var folder = new ModelFolder("sequence");
        await using Server server = await Server.StartAsync(folder.Path);
        JsonObject body = Server.BodyOf(ModelFolder.Events.Select(5), particles: true);
        float[] expected = Server.ProbabilitiesOf((await server.PredictAsync("sequence", body)).Answer);
        JsonArray particles = body["events"]![0]!["particles"]!.AsArray();
        body["events"]![0]!["particles"] = new JsonArray([.. particles.Select(row => (JsonNode)new JsonObject(
            ParticleColumns.Names.Select((name, k) => KeyValuePair.Create(name, (JsonNode?)row![k]!.DeepClone()))))]);
        Server.ProbabilitiesOf((await server.PredictAsync("sequence", body)).Answer).ShouldBe(expected);
    }

    [Theory]
    [InlineData("""{"events":[{"hlf":[1]}]}""", 422, "$.events[0].hlf")]
    [InlineData("""{"events":[{"hlf":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]}]}""", 422, "$.events[0].hlf")]
    [InlineData("""{"events":[{"id":1}]}""", 422, "$.events[0].hlf")]
    [InlineData("""{"events":[{"hlf":[1,1e99,3,4,5,6,7,8,9,10,11,12,13,14]}]}""", 422, "$.events[0].hlf.MET")]
    [InlineData("""{"events":[{"hlf":[1,2,-2e9,4,5,6,7,8,9,10,11,12,13,14]}]}""", 422, "$.events[0].hlf.PhiMET")]
    [InlineData("""{"events":[{"hlf":[1,null,3,4,5,6,7,8,9,10,11,12,13,14]}]}""", 400, "$.events[0].hlf.MET")]
    [InlineData("""{"events":[{"hlf":[1,NaN,3,4,5,6,7,8,9,10,11,12,13,14]}]}""", 400, "$.events[0].hlf.MET")]
    [InlineData("""{"events":[{"hlf":{"HT":1,"MET":-Infinity}}]}""", 400, "$.events[0].hlf.MET")]
    [InlineData("""{"events":[{"hlf":[1,"NaN",3,4,5,6,7,8,9,10,11,12,13,14]}]}""", 422, "$.events[0].hlf.MET")]
    [InlineData("""{"events":[{"hlf":{"HT":1}}]}""", 422, "$.events[0].hlf.MET")]
    [InlineData("""{"events":[{"hlf":{"HT":1,"Ht":2}}]}""", 400, "$.events[0].hlf.Ht")]
    [InlineData("""{"events":[{"hlf":{"HT":1,"HT":2}}]}""", 400, "$.events[0].hlf.HT")]
    [InlineData("""{"events":[{"hlf":"no"}]}""", 400, "$.events[0].hlf")]
    [InlineData("""{"events":[{"id":-1}]}""", 422, "$.events[0].id")]
    [InlineData("""{"events":[{"id":1.5}]}""", 422, "$.events[0].id")]
    [InlineData("""{"events":[{"id":"x"}]}""", 422, "$.events[0].id")]
    [InlineData("""{"events":[{"id":1,"id":2}]}""", 400, "$.events[0].id")]
    [InlineData("""{"events":[{"colour":1}]}""", 400, "$.events[0].colour")]
    [InlineData("""{"events":[7]}""", 400, "$.events[0]")]
    [InlineData("""{"events":7}""", 400, "$.events")]
    [InlineData("""{"events":[],"events":[]}""", 400, "$.events")]
    [InlineData("""{"event":[]}""", 400, "$.event")]
    [InlineData("""{}""", 400, "$.events")]
    [InlineData("""[]""", 400, "$")]
    [InlineData("""{"events":[]} {}""", 400, "$")]
    [InlineData("""{"events":[{"hlf":[1,2""", 400, "$.events[0].hlf")]
    [InlineData("", 400, "$")]
    public async Task What_is_wrong_with_a_body_is_said_by_its_path(string body, int status, string path)
    {
        using var folder = new ModelFolder();
        await using Server server = await Server.StartAsync(folder.Path);
        (HttpStatusCode found, JsonNode problem) = await server.PredictAsync("hlf", body);
        ((int)found).ShouldBe(status, problem.ToJsonString());
        problem["errors"]!.AsObject().Select(error => error.Key).ShouldBe([path], problem.ToJsonString());
    }

    [Theory]
    [InlineData("""{"events":[{"particles":[]}]}""", 422, "$.events[0].particles")]
    [InlineData("""{"events":[{}]}""", 422, "$.events[0].particles")]
    [InlineData("""{"events":[{"particles":[[1,2]]}]}""", 422, "$.events[0].particles[0]")]
    [InlineData("""{"events":[{"particles":[{"Energy":1e30}]}]}""", 422, "$.events[0].particles[0].Energy")]
    [InlineData("""{"events":[{"particles":[{"Mass":1}]}]}""", 400, "$.events[0].particles[0].Mass")]
    [InlineData("""{"events":[{"particles":[{"Energy":1}]}]}""", 422, "$.events[0].particles[0].Px")]
    [InlineData("""{"events":[{"particles":[{"Energy":1,"Energy":1}]}]}""", 400, "$.events[0].particles[0].Energy")]
    [InlineData("""{"events":[{"particles":[5]}]}""", 400, "$.events[0].particles[0]")]
    public async Task What_is_wrong_with_particles_is_said_by_its_path(string body, int status, string path)
    {
        using var folder = new ModelFolder("sequence");
        await using Server server = await Server.StartAsync(folder.Path);
        (HttpStatusCode found, JsonNode problem) = await server.PredictAsync("sequence", body);
        ((int)found).ShouldBe(status, problem.ToJsonString());
        problem["errors"]!.AsObject().Select(error => error.Key).ShouldBe([path], problem.ToJsonString());
    }

    [Fact]
    public async Task What_a_model_does_not_read_is_passed_over()
    {
        using var folder = new ModelFolder();
        await using Server server = await Server.StartAsync(folder.Path);
        JsonObject body = Server.BodyOf(ModelFolder.Events.Select(1));
        float[] expected = Server.ProbabilitiesOf((await server.PredictAsync("hlf", body)).Answer);
        body["events"]![0]!["particles"] = JsonNode.Parse("""[[1,"x",{"y":[[]]}],{},null,[]]""");
        Server.ProbabilitiesOf((await server.PredictAsync("hlf", body)).Answer).ShouldBe(expected);
    }

    [Fact]
    public async Task An_event_with_an_odd_value_is_flagged_where_that_is_set_and_the_others_are_predicted()
    {
        using var folder = new ModelFolder();
        await using Server server = await Server.StartAsync(folder.Path, ("Serving:FlagOddValues", "true"));
        JsonObject body = Server.BodyOf(ModelFolder.Events.Select(1, 2));
        float[] expected = Server.ProbabilitiesOf((await server.PredictAsync("hlf", body)).Answer);
        (JsonNode? Value, string Shown)[] odd = [(1e20, "1E+20"), (null, "NaN"), ("NaN", "NaN"), ("-Infinity", "-Infinity")];
        foreach ((JsonNode? value, string shown) in odd)
        {
            body["events"]![0]!["hlf"]![1] = value;
            (HttpStatusCode status, JsonNode answer) = await server.PredictAsync("hlf", body);
            status.ShouldBe(HttpStatusCode.OK, answer.ToJsonString());
            answer["predictions"]![0]!["flagged"]!.GetValue<string>().ShouldStartWith($"hlf.MET is {shown}");
            answer["predictions"]![0]!["probabilities"].ShouldBeNull();
            answer["predictions"]![1]!["probabilities"]!.AsArray().Select(p => p!.GetValue<float>()).ShouldBe(expected[3..]);
        }

        // Other servers of this process that serve the same version count in the same place for as long as they run.
        string counted = $"version=\"{folder.Predictor.Description.WeightsSha256![..12]}\"}} {2 + odd.Length}\n", metrics = "";
        for (var limit = Stopwatch.StartNew(); limit.Elapsed < Patience.Limit && !metrics.Contains(counted, StringComparison.Ordinal);)
            metrics = await server.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        metrics.ShouldContain(counted);
    }

    [Fact]
    public async Task What_is_served_and_what_an_event_must_have_can_be_asked_for()
    {
        using var folder = new ModelFolder("inclusive");
        await using Server server = await Server.StartAsync(folder.Path);
        JsonNode list = (await server.Http.GetFromJsonAsync<JsonNode>(""))!;
        list[0]!["name"]!.GetValue<string>().ShouldBe("inclusive");
        JsonNode model = (await server.Http.GetFromJsonAsync<JsonNode>("inclusive"))!;
        model["input"]!["hlf"]!.AsArray().Select(feature => feature!["name"]!.GetValue<string>()).ShouldBe(HlfColumns.Names);
        model["input"]!["particles"]!.AsArray().Select(name => name!.GetValue<string>()).ShouldBe(ParticleColumns.Names);
        model["weightsSha256"]!.GetValue<string>().ShouldBe(folder.Predictor.Description.WeightsSha256);
        (await server.Http.GetAsync(new Uri("other", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await server.PredictAsync("other", "{}")).Status.ShouldBe(HttpStatusCode.NotFound);
        JsonNode api = (await server.Http.GetFromJsonAsync<JsonNode>("/openapi/v1.json"))!;
        api["paths"]!.AsObject().Select(path => path.Key).ShouldContain("/v1/models/{name}/predict");
        JsonNode one = api["components"]!["schemas"]!["PredictEvent"]!;
        one["required"].ShouldBeNull();
        one["properties"]!["hlf"]!["oneOf"]!.AsArray().Select(form => (string)form!["type"]!).ShouldBe(["array", "object"]);
        one["properties"]!["particles"]!["items"]!["oneOf"]![0]!["maxItems"]!.GetValue<int>().ShouldBe(19);
        api["components"]!["schemas"]!["EventPrediction"]!["required"].ShouldBeNull();
    }

    [Theory]
    [InlineData("GET", "/", null, 404, "GET /v1/models lists what is served")]
    [InlineData("GET", "/v1/models/hlf/predict", null, 405, "/v1/models/hlf/predict does not take GET")]
    [InlineData("POST", "/v1/models/hlf/predict", "application/x-www-form-urlencoded", 415, "application/vnd.apache.arrow.stream or")]
    [InlineData("POST", "/v1/models/hlf/explain", "text/plain", 415, "the content type is 'text/plain'; expected application/json")]
    [InlineData("PUT", "/v1/models/hlf/canary", "application/json", 400, "GET /openapi/v1.json")]
    public async Task What_no_route_takes_is_answered_with_a_way_out(string method, string path, string? type, int status, string hint)
    {
        using var folder = new ModelFolder();
        await using Server server = await Server.StartAsync(folder.Path);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        if (type is not null)
            request.Content = new StringContent("{]", new MediaTypeHeaderValue(type));
        using HttpResponseMessage answer = await server.Http.SendAsync(request);
        ((int)answer.StatusCode).ShouldBe(status);
        (await answer.Content.ReadFromJsonAsync<JsonNode>())!["detail"]!.GetValue<string>().ShouldContain(hint);
    }

    [Fact]
    public async Task Where_a_token_is_set_nothing_is_answered_without_it()
    {
        using var folder = new ModelFolder();
        await using Server server = await Server.StartAsync(folder.Path, ("DAPRHEP_API_TOKEN", "secret"));
        JsonObject body = Server.BodyOf(ModelFolder.Events.Select(1));
        (await server.PredictAsync("hlf", body)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        server.Http.DefaultRequestHeaders.Add("Authorization", "Bearer wrong");
        (await server.PredictAsync("hlf", body)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        server.Http.DefaultRequestHeaders.Remove("Authorization");
        (await server.Http.GetAsync(new Uri("/healthz/ready", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
        server.Http.DefaultRequestHeaders.Add("Authorization", "Bearer secret");
        (await server.PredictAsync("hlf", body)).Status.ShouldBe(HttpStatusCode.OK);
    }
}
