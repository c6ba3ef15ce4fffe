using System.Globalization;
using System.Text.Json.Nodes;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Hosting.Contracts;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Inference;

namespace DaprHep.Gateway.Dashboard;

/// <summary>Routes that look into single events of a completed run: its surest mistakes, and any one event.</summary>
internal static class EventEndpoints
{
    // An event of 800 particles is predicted 800 times; that must not crowd out the workflows.
    private static readonly SemaphoreSlim Explaining = new(1);

    public static void MapEvents(this WebApplication app)
    {
        RouteGroupBuilder events = app.MapGuarded("/runs/{run}", "events");
        events.MapGet("/mistakes", MistakesAsync)
            .WithSummary("Test events that the model of a completed run was surest of and wrong.").ProducesProblem(404).ProducesProblem(409);
        events.MapGet("/data/{event}", EventAsync)
            .WithSummary("One event of a completed run by its id: particles, features among their distributions, jets, the model's answer and what it rests on.")
            .Produces<EventDocument>().ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<IResult> MistakesAsync(string run, Runs runs, CancellationToken aborted)
    {
        (IResult? refused, ObjectStore? store, JsonNode? objects, _) = await OpenAsync(run, runs, aborted);
        if (refused is not null)
            return refused;
        JsonNode? evaluation = await ReadAsync(store!, objects!["evaluation"]!.GetValue<string>(), aborted);
        var mistakes = new JsonArray();
        foreach (JsonNode mistake in (evaluation?["mistakes"] as JsonArray ?? []).OfType<JsonNode>())
        {
            // Ids have 64 bits, which numbers of JavaScript have not.
            var copy = mistake.DeepClone().AsObject();
            copy["event"] = mistake["event"]!.GetValue<ulong>().ToString(CultureInfo.InvariantCulture);
            mistakes.Add(copy);
        }
        return Results.Ok(new JsonObject { ["run"] = run, ["mistakes"] = mistakes });
    }

    private static async Task<IResult> EventAsync(string run, string @event, Runs runs, CancellationToken aborted)
    {
        if (!ulong.TryParse(@event, NumberStyles.None, CultureInfo.InvariantCulture, out ulong id))
            return Unknown(run, @event);
        (IResult? refused, ObjectStore? store, JsonNode? objects, PipelineResult? result) = await OpenAsync(run, runs, aborted);
        if (refused is not null)
            return refused;
        await Explaining.WaitAsync(aborted);
        try
        {
            return await EventSearch.FindAsync(store!, run, objects!["plan"]!.GetValue<string>(), result!.Model, id, aborted) is { } found
                ? Results.Ok(found)
                : Unknown(run, @event);
        }
        catch (Exception e) when (e is ModelFormatException or ModelDigestException or PredictionInputException or EventDataException)
        {
            return Results.Problem(statusCode: StatusCodes.Status502BadGateway, title: "The event can't be shown.", detail: e.Message);
        }
        finally
        {
            Explaining.Release();
        }
    }

    private static IResult Unknown(string run, string id) => Results.Problem(
        statusCode: StatusCodes.Status404NotFound, title: "No such event.", detail: $"run {run} has no selected event '{id}'");

    // The store of a completed run, and the objects that its record names.
    private static async Task<(IResult? Refused, ObjectStore? Store, JsonNode? Objects, PipelineResult? Result)> OpenAsync(
        string run, Runs runs, CancellationToken aborted)
    {
        if (await runs.FindAsync(run, aborted) is not { } state)
            return (GatewayRoutes.UnknownRun(run), null, null, null);
        if (state.Result is not { } result)
            return (GatewayRoutes.Conflict($"run {run} is {state.Status}; its events can be looked at when it is completed"), null, null, null);
        ObjectStore store = ObjectStore.Open((await runs.RequestOfAsync(run, aborted))!.Store);
        JsonNode? record = await ReadAsync(store, $"{result.Report}/run.json", aborted);
        return (null, store, record!["objects"], result);
    }

    private static async Task<JsonNode?> ReadAsync(ObjectStore store, string key, CancellationToken aborted)
    {
        using ObjectContent content = await store.ReadAsync(key, aborted);
        return JsonNode.Parse(content.Memory.Span);
    }
}
