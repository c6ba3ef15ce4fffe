using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DaprHep.Learning.Inference;

namespace DaprHep.Serving.Tests;

/// <summary>Drift of what a model is asked about, explanations of single events, and metrics.</summary>
public sealed class InsightTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Shifted_events_raise_an_alarm_that_names_the_quantity_and_others_raise_none(bool shifted)
    {
        using var folder = new ModelFolder(reference: true);
        await using Server server = await Server.StartAsync(folder.Path);
        var random = new Random(7);
        for (int request = 0; request < 20; request++)
        {
            RawEvents events = ModelFolder.Events.Select([.. Enumerable.Range(0, 100).Select(_ => random.Next(ModelFolder.Events.Count))]);
            for (int i = 0; shifted && i < events.Count; i++)
                events.Hlf[(i * 14) + 1] += 40;
            (await server.PredictAsync("hlf", Server.BodyOf(events))).Status.ShouldBe(HttpStatusCode.OK);
        }
        JsonNode drift = (await server.Http.GetFromJsonAsync<JsonNode>("hlf/drift"))!;
        ((bool)drift["alarm"]!).ShouldBe(shifted, drift.ToJsonString());
        ((long)drift["report"]!["events"]!).ShouldBe(2000);
        JsonArray features = drift["report"]!["features"]!.AsArray();
        features.Where(one => (bool)one!["hasDrifted"]!).Select(one => (string)one!["name"]!).ShouldBe(shifted ? ["MET"] : []);
        string metrics = await server.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        metrics.ShouldContain("daprhep_serving_drift_psi{model=\"hlf\",quantity=\"MET\"}");
        metrics.ShouldContain("daprhep_serving_events_total{model=\"hlf\",version=\"");
    }

    [Fact]
    public async Task A_model_that_does_not_know_its_training_events_says_so()
    {
        using var folder = new ModelFolder();
        await using Server server = await Server.StartAsync(folder.Path);
        using HttpResponseMessage answer = await server.Http.GetAsync(new Uri("hlf/drift", UriKind.Relative));
        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("train it again");
    }

    [Theory]
    [InlineData("hlf")]
    [InlineData("inclusive")]
    public async Task One_event_is_explained_by_feature_and_by_particle(string kind)
    {
        using var folder = new ModelFolder(kind, reference: true);
        await using Server server = await Server.StartAsync(folder.Path);
        RawEvents one = ModelFolder.Events.Select(500);
        using HttpResponseMessage response = await server.Http.PostAsJsonAsync($"{kind}/explain", Server.BodyOf(one, particles: true));
        JsonNode answer = (await response.Content.ReadFromJsonAsync<JsonNode>())!;
        response.StatusCode.ShouldBe(HttpStatusCode.OK, answer.ToJsonString());
        Explanation expected = Occlusion.Explain(folder.Predictor, one.Hlf, kind == "hlf" ? [] : one.Particles);
        JsonNode explanation = answer["explanation"]!;
        explanation["probabilities"]!.AsArray().Select(p => p!.GetValue<float>()).ShouldBe(expected.Probabilities, 1e-6);
        JsonArray features = explanation["features"]!.AsArray();
        features.Select(feature => (string)feature!["name"]!).ShouldBe(expected.Features.Select(feature => feature.Name));
        features.SelectMany(feature => feature!["contributions"]!.AsArray().Select(c => c!.GetValue<float>()))
            .ShouldBe(expected.Features.SelectMany(feature => feature.Contributions), 1e-6);
        explanation["particles"]!.AsArray().SelectMany(particle => particle!["contributions"]!.AsArray().Select(c => c!.GetValue<float>()))
            .ShouldBe(expected.Particles.SelectMany(particle => particle.Contributions), 1e-6);

        using HttpResponseMessage two = await server.Http.PostAsJsonAsync(
            $"{kind}/explain", Server.BodyOf(ModelFolder.Events.Select(1, 2), particles: true));
        two.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        using HttpResponseMessage none = await server.Http.PostAsJsonAsync($"{kind}/explain", new { events = Array.Empty<int>() });
        none.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }
}
