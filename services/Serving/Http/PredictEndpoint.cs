using System.Diagnostics;
using DaprHep.Learning.Inference;
using DaprHep.Serving.Http.Json;
using DaprHep.Serving.Models;
using Microsoft.AspNetCore.Http.Features;

namespace DaprHep.Serving.Http;

/// <summary><c>POST /v1/models/{name}/predict</c>: events in, probabilities out, in the form that the content type says.</summary>
internal sealed class PredictEndpoint(ModelHost models, ServingLimits limits, MemoryBudget budget, ShadowComparison shadows)
{
    /// <summary>The content type of JSON.</summary>
    public const string Json = "application/json";

    /// <summary>The content types that a body may have.</summary>
    public const string KnownTypes = $"{Json}, {ArrowAnswer.ContentType} or {RootPredict.ContentType}";

    private readonly ArrowPredict _arrow = new(limits, shadows);
    private readonly RootPredict _root = new(limits, budget, shadows);
    private readonly RequestPlaces _few = new(limits.MostRequests), _bulk = new(limits.MostBulkRequests);
    private long _requests;
    private long _ticks;
    private long _refused;

    /// <summary>Requests so far, the seconds that they took, and those that were refused or broken off.</summary>
    public (long Requests, double Seconds, long Refused) Done =>
        (Interlocked.Read(ref _requests), Interlocked.Read(ref _ticks) / (double)Stopwatch.Frequency, Interlocked.Read(ref _refused));

    /// <summary>How they took that.</summary>
    public RequestTimes Times { get; } = new();

    /// <summary>Answers one request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            string name = (string)context.Request.RouteValues["name"]!;
            Answer answer = Answer.Of(models.Find(name) ?? throw Unknown(name));
            string type = context.Request.ContentType ?? Json;
            if (type.StartsWith(Json, StringComparison.OrdinalIgnoreCase))
                await TakeAsync(context, _few, limits.MostJsonBytes, answer, AnswerJsonAsync);
            else if (type.StartsWith(ArrowAnswer.ContentType, StringComparison.OrdinalIgnoreCase))
                await TakeAsync(context, _bulk, limits.MostArrowBytes, answer, _arrow.AnswerAsync);
            else if (type.StartsWith(RootPredict.ContentType, StringComparison.OrdinalIgnoreCase))
                await TakeAsync(context, _bulk, limits.MostRootBytes, answer, _root.AnswerAsync);
            else
                throw new RequestProblem(415, "", $"the content type is '{type}'; expected {KnownTypes}");
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            // Nobody waits for the answer any more.
        }
        catch (Exception e) when (ProblemOf(e) is not null)
        {
            Interlocked.Increment(ref _refused);
            // An answer that has begun can only be broken off; the caller sees that it has no end.
            if (context.Response.HasStarted)
                context.Abort();
            else
                await ProblemOf(e)!.ToResult().ExecuteAsync(context);
        }
        finally
        {
            Interlocked.Increment(ref _requests);
            long taken = Stopwatch.GetTimestamp() - started;
            Interlocked.Add(ref _ticks, taken);
            Times.Add(taken);
        }
    }

    /// <summary>What to say of a name that nothing is served under.</summary>
    public static RequestProblem Unknown(string name) =>
        new(StatusCodes.Status404NotFound, "", $"nothing is served as '{name}'; GET /v1/models lists what is");

    private static RequestProblem? ProblemOf(Exception e) => e switch
    {
        RequestProblem problem => problem,
        BadHttpRequestException bad => new RequestProblem(bad.StatusCode, "", bad.Message),
        _ => null,
    };

    private static async Task TakeAsync(
        HttpContext context, RequestPlaces places, long mostBytes, Answer answer, Func<HttpContext, Answer, Task> work)
    {
        if (!places.TryTake())
        {
            context.Response.Headers.RetryAfter = "1";
            throw new RequestProblem(429, "", $"{places.Most} requests of this kind are being answered; try again later");
        }
        try
        {
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
                size.MaxRequestBodySize = mostBytes;
            await work(context, answer);
        }
        finally
        {
            places.Leave();
        }
    }

    private async Task AnswerJsonAsync(HttpContext context, Answer answer)
    {
        EventBuffer events = budget.Rent();
        try
        {
            await JsonBody.ReadAsync(context, events, limits, answer.Serving.Predictor);
            await PredictAsync(events, answer);
            context.Response.ContentType = Json;
            await events.Writer.WriteAsync(context.Response.BodyWriter, events, answer, context.RequestAborted);
            if (answer.Shadow is not null)
                shadows.Offer(answer, events.Hlf, events.Particles, events.Offsets, events.Probabilities(answer.Serving.Predictor.Classes));
        }
        finally
        {
            budget.Return(events);
        }
    }

    private static async ValueTask PredictAsync(EventBuffer events, Answer answer)
    {
        try
        {
            await answer.PredictAsync(events);
        }
        catch (PredictionInputException e)
        {
            throw new RequestProblem(StatusCodes.Status422UnprocessableEntity, $"$.events[{e.Event}].{e.Field}", e.Message);
        }
    }
}
