using DaprHep.Learning.Inference;
using DaprHep.Serving.Models;
using Microsoft.AspNetCore.Http.Features;

namespace DaprHep.Serving.Http;

/// <summary><c>POST /v1/models/{name}/predict</c>: events in, probabilities out.</summary>
internal sealed class PredictEndpoint(
    ModelHost models, ServingLimits limits, MemoryBudget budget, ShadowComparison shadows)
{
    private int _requests;

    /// <summary>Answers one request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        int requests = Interlocked.Increment(ref _requests);
        try
        {
            if (requests > limits.MostRequests)
            {
                context.Response.Headers.RetryAfter = "1";
                throw new RequestProblem(
                    StatusCodes.Status429TooManyRequests, "", $"{limits.MostRequests} requests are being answered; try again later");
            }
            string name = (string)context.Request.RouteValues["name"]!;
            LoadedModel model = models.Find(name) ?? throw Unknown(name);
            await AnswerAsync(context, Answer.Of(model));
        }
        catch (RequestProblem problem) when (!context.Response.HasStarted)
        {
            await problem.ToResult().ExecuteAsync(context);
        }
        catch (BadHttpRequestException problem) when (!context.Response.HasStarted)
        {
            await new RequestProblem(problem.StatusCode, "", problem.Message).ToResult().ExecuteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
        }
        finally
        {
            Interlocked.Decrement(ref _requests);
        }
    }

    /// <summary>What to say of a name that nothing is served under.</summary>
    public static RequestProblem Unknown(string name) =>
        new(StatusCodes.Status404NotFound, "", $"nothing is served as '{name}'; GET /v1/models lists what is");

    private async Task AnswerAsync(HttpContext context, Answer answer)
    {
        string type = context.Request.ContentType ?? "";
        if (type.Length > 0 && !type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase))
        {
            throw new RequestProblem(
                StatusCodes.Status415UnsupportedMediaType, "", $"the content type is '{type}'; expected application/json");
        }
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = limits.MostJsonBytes;
        EventBuffer events = budget.Rent();
        try
        {
            await new EventsReader(events, limits, answer.Serving.Predictor).ReadAsync(context.Request.BodyReader, context.RequestAborted);
            try
            {
                answer.Predict(events, budget);
            }
            catch (PredictionInputException e)
            {
                throw new RequestProblem(StatusCodes.Status422UnprocessableEntity, "$", e.Message);
            }
            context.Response.ContentType = "application/json";
            await events.Writer.WriteAsync(context.Response.BodyWriter, events, answer, context.RequestAborted);
            shadows.Offer(events, answer);
        }
        finally
        {
            budget.Return(events);
        }
    }
}
