using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapr;
using Dapr.Client;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Learning.Inference;
using DaprHep.Serving.Http.Json;
using DaprHep.Serving.Models;

namespace DaprHep.Serving.Http;

/// <summary>
/// The topics: who publishes <c>{"model":…,"events":[…]}</c> to <c>events</c> gets the predictions at <c>predictions</c>, ordered by event
/// id. A message is acknowledged when its predictions are published, so none is lost; one that comes again gets the same answer under
/// the same id (of the CloudEvent, and of each event), by which a reader knows it. What can't be predicted goes to the dead letters.
/// </summary>
internal sealed class TopicEndpoints(
    ModelHost models, ServingLimits limits, MemoryBudget budget, DaprClient dapr, ILogger<TopicEndpoints> logger)
{
    private const string Events = "events";
    private const string Predictions = "predictions";
    private const string DeadLetters = "events-refused";
    private const int Remembered = 10_000;
    private readonly ConcurrentDictionary<string, byte> _answered = new();
    private readonly ConcurrentQueue<string> _order = new();

    /// <summary>Maps what the sidecar calls.</summary>
    public static void Map(WebApplication app)
    {
        string? token = app.Configuration[AppToken.Variable];
        RouteGroupBuilder sidecar = app.MapGroup("").ExcludeFromDescription();
        sidecar.AddEndpointFilter(async (context, next) => AppToken.Matches(token, context.HttpContext.Request.Headers[AppToken.Header])
            ? await next(context)
            : AppToken.Refuse(AppToken.Header));
        sidecar.MapGet("/dapr/subscribe", () => new[]
        {
            new { pubsubname = ProgressMessage.PubSub, topic = Events, route = "/topics/events", deadLetterTopic = DeadLetters },
        });
        TopicEndpoints topics = app.Services.GetRequiredService<TopicEndpoints>();
        sidecar.MapPost("/topics/events", async (HttpRequest request) =>
            Results.Ok(new { status = await topics.TakeAsync(request.Body, request.HttpContext.RequestAborted) }));
    }

    private async Task<string> TakeAsync(Stream body, CancellationToken aborted)
    {
        try
        {
            using JsonDocument envelope = await JsonDocument.ParseAsync(body, default, aborted);
            JsonElement root = envelope.RootElement, data = root.GetProperty("data");
            string id = root.GetProperty("id").GetString()!;
            if (_answered.ContainsKey(id))
                return "SUCCESS";
            string? name = data.TryGetProperty("model", out JsonElement given) ? given.GetString()
                : models.All is [var only] ? only.Model.Name
                : null;
            if (name is null || models.Find(name) is not { Serving: not null } model)
            {
                logger.LogWarning("Message {Id} asks for the model '{Model}', which is not served; it is tried again", id, name);
                return "RETRY";
            }
            await AnswerAsync(id, Answer.Of(model), data.GetProperty("events").GetRawText(), aborted);
            Remember(id);
            return "SUCCESS";
        }
        catch (DaprException e)
        {
            logger.LogWarning("Predictions could not be published and are tried again: {Reason}", e.Message);
            return "RETRY";
        }
        catch (Exception e) when (e is RequestProblem or PredictionInputException
            or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            string where = e is RequestProblem { Path: var path } ? path : "$";
            logger.LogWarning("A message of topic {Topic} is refused: {Path}: {Reason}", Events, where, e.Message);
            return "DROP";
        }
    }

    private async Task AnswerAsync(string id, Answer answer, string list, CancellationToken aborted)
    {
        EventBuffer events = budget.Rent();
        try
        {
            new EventsReader(events, limits, answer.Serving.Predictor).Read(Encoding.UTF8.GetBytes($$"""{"events":{{list}}}"""));
            for (int i = 0; i < events.Count; i++)
            {
                if (events.Forms[i] == IdForm.None)
                    throw new RequestProblem(StatusCodes.Status422UnprocessableEntity, $"$.events[{i}].id", "expected an id, found none");
            }
            await answer.PredictAsync(events);
            var metadata = new Dictionary<string, string>
            {
                ["cloudevent.id"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Predictions}/{id}")).AsSpan(0, 16)),
            };
            await dapr.PublishEventAsync(ProgressMessage.PubSub, Predictions, DocumentOf(answer, events), metadata, aborted);
        }
        finally
        {
            budget.Return(events);
        }
    }

    private static PredictAnswer DocumentOf(Answer answer, EventBuffer events)
    {
        IReadOnlyList<string> classes = answer.Serving.Predictor.Description.Classes;
        float[] probabilities = events.Probabilities(classes.Count).ToArray();
        var list = new EventPrediction[events.Count];
        for (int i = 0; i < list.Length; i++)
        {
            float[] own = probabilities[(i * classes.Count)..((i + 1) * classes.Count)];
            string? version = answer.GoesToCanary(events, i) ? answer.Canary!.Version.Version : null;
            list[i] = new EventPrediction(events.Ids[i], version, classes[Array.IndexOf(own, own.Max())], own, Flagged: null);
        }
        foreach ((int flagged, string reason) in events.Flags)
            list[flagged] = list[flagged] with { Class = null, Probabilities = null, Flagged = reason };
        return new PredictAnswer(answer.Model, answer.Serving.Version.Version, classes, [.. list.OrderBy(one => one.Id)]);
    }

    private void Remember(string id)
    {
        if (!_answered.TryAdd(id, 0))
            return;
        _order.Enqueue(id);
        while (_order.Count > Remembered && _order.TryDequeue(out string? oldest))
            _answered.TryRemove(oldest, out _);
    }
}
