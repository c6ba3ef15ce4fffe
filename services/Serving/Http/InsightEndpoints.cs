using DaprHep.Learning.Inference;
using DaprHep.Learning.Inference.Drift;
using DaprHep.Serving.Http.Json;
using DaprHep.Serving.Models;

namespace DaprHep.Serving.Http;

/// <summary>The answer of <c>GET /v1/models/{name}/drift</c>.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Version">The version that answers.</param>
/// <param name="Alarm">Whether anything has drifted.</param>
/// <param name="Report">Every quantity.</param>
internal sealed record DriftDocument(string Model, string Version, bool Alarm, DriftReport Report);

/// <summary>The answer of <c>POST /v1/models/{name}/explain</c>.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Version">The version that answers.</param>
/// <param name="Classes">The names of the classes.</param>
/// <param name="Class">The most probable class.</param>
/// <param name="Explanation">What the probabilities rest on.</param>
internal sealed record ExplainDocument(
    string Model, string Version, IReadOnlyList<string> Classes, string Class, Explanation Explanation);

/// <summary>Routes that look into a model: how its events have drifted, and what an event's probabilities rest on.</summary>
internal static class InsightEndpoints
{
    private static readonly SemaphoreSlim Explaining = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>Maps them.</summary>
    public static void MapInsight(this RouteGroupBuilder models)
    {
        models.MapGet("/{name}/drift", Drift)
            .WithSummary("How far the last events are from those of the training: PSI and KS distance of features and scores.")
            .Produces<DriftDocument>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(503);
        models.MapPost("/{name}/explain", ExplainAsync)
            .WithSummary("What one event's probabilities rest on: by feature and by particle, each hidden in turn.")
            .Accepts<PredictRequest>("application/json").Produces<ExplainDocument>()
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(413).ProducesProblem(422).ProducesProblem(429).ProducesProblem(503);
    }

    private static IResult Drift(string name, ModelHost host)
    {
        try
        {
            Answer answer = Answer.Of(host.Find(name) ?? throw PredictEndpoint.Unknown(name));
            DriftReport report = (answer.Serving.Drift ?? throw new RequestProblem(
                StatusCodes.Status409Conflict, "",
                $"{answer.Serving.Version.Version} does not say what the events of its training were like; train it again")).Report();
            return Results.Ok(new DriftDocument(name, answer.Serving.Version.Version, report.IsAlarm, report));
        }
        catch (RequestProblem problem)
        {
            return problem.ToResult();
        }
    }

    private static async Task<IResult> ExplainAsync(
        string name, HttpContext context, ModelHost host, ServingLimits limits, MemoryBudget budget)
    {
        EventBuffer events = budget.Rent();
        try
        {
            Answer answer = Answer.Of(host.Find(name) ?? throw PredictEndpoint.Unknown(name));
            Predictor predictor = answer.Serving.Predictor;
            await JsonBody.ReadAsync(context, events, limits with { MostEvents = 1, FlagOddValues = false }, predictor);
            if (events.Count != 1)
                throw new RequestProblem(StatusCodes.Status422UnprocessableEntity, "$.events", "expected one event, found none");

            // An event of 800 particles is predicted 800 times; that must not crowd out those who ask for predictions.
            if (!await Explaining.WaitAsync(TimeSpan.FromSeconds(1), context.RequestAborted))
                throw new RequestProblem(StatusCodes.Status429TooManyRequests, "", "other events are being explained; try again later");
            try
            {
                Explanation explanation = Occlusion.Explain(predictor, events.Hlf, events.Particles);
                IReadOnlyList<string> classes = predictor.Description.Classes;
                return Results.Ok(new ExplainDocument(
                    name, answer.Serving.Version.Version, classes, classes[explanation.Class], explanation));
            }
            finally
            {
                Explaining.Release();
            }
        }
        catch (RequestProblem problem)
        {
            return problem.ToResult();
        }
        catch (BadHttpRequestException e)
        {
            return new RequestProblem(e.StatusCode, "", e.Message).ToResult();
        }
        catch (PredictionInputException e)
        {
            return new RequestProblem(StatusCodes.Status422UnprocessableEntity, $"$.events[0].{e.Field}", e.Message).ToResult();
        }
        finally
        {
            budget.Return(events);
        }
    }
}
