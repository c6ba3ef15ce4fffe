using System.Globalization;
using System.Net.ServerSentEvents;
using DaprHep.Data.Objects;
using DaprHep.Gateway.Dashboard;
using DaprHep.Hosting.Contracts;
using DaprHep.Root;

namespace DaprHep.Gateway;

/// <summary>The gateway's routes. Errors are ProblemDetails; a token is asked for where <c>DAPRHEP_API_TOKEN</c> is set.</summary>
internal static class RunEndpoints
{
    private const string StoreVariable = "DAPRHEP_STORE";
    private const int LongestKey = 200;

    public static void MapRuns(this WebApplication app)
    {
        RouteGroupBuilder runs = app.MapGuarded("/runs", "runs");
        runs.MapPost("", StartAsync).Accepts<RunSubmission>("application/json").WithSummary("Starts a run.")
            .Produces<RunState>(StatusCodes.Status202Accepted).Produces<RunState>().ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        runs.MapGet("", ListAsync)
            .WithSummary($"Runs, newest first: at most limit ({RunQuery.Usual}) after skip, of a status and a model, with all words of text, "
                + "that have changed after a revision. Header X-Total-Count says how many there are, X-Revision what to ask with for changes.")
            .Produces<RunState[]>().ProducesValidationProblem();
        runs.MapGet("/{run}", async (string run, Runs all, CancellationToken aborted) =>
                await all.FindAsync(run, aborted) is { } state ? Results.Ok(state) : GatewayRoutes.UnknownRun(run))
            .WithSummary("A run's state.").Produces<RunState>().ProducesProblem(StatusCodes.Status404NotFound);
        runs.MapGet("/{run}/request", async (string run, Runs all, CancellationToken aborted) =>
                await all.RequestOfAsync(run, aborted) is { } request ? Results.Ok(request) : GatewayRoutes.UnknownRun(run))
            .WithSummary("What a run was asked to do.").Produces<PipelineRequest>().ProducesProblem(StatusCodes.Status404NotFound);
        runs.MapGet("/{run}/events", WatchAsync)
            .WithSummary("A run as it goes on: step, progress, metrics and state as server-sent events.")
            .Produces<SseItem<object>>(contentType: "text/event-stream").ProducesProblem(StatusCodes.Status404NotFound);
        runs.MapGet("/{run}/workload", WorkloadAsync)
            .WithSummary("What a run took: by step and process, what bound each step, and every activity and job.")
            .Produces<Workload>().ProducesProblem(StatusCodes.Status404NotFound);
        Steer("cancel", "cancelled", "Ends a run.", all => all.CancelAsync);
        Steer("suspend", "suspended", "Lets a run rest.", all => all.SuspendAsync);
        runs.MapPost("/{run}/resume", ResumeAsync)
            .WithSummary("Lets a suspended run go on, or starts a failed or cancelled one again from the step that it had not finished.")
            .Produces<RunState>(StatusCodes.Status202Accepted).ProducesProblem(404).ProducesProblem(409)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        Document("report", "report.html", "text/html", "The report of a completed run, one self-contained page.");
        Document("metrics", "metrics.json", "application/json", "The figures of a completed run.");
        Document("curves", "curves.json", "application/json", "The ROC curves of a completed run, and its losses by epoch.");
        Document("trials", "trials.json", "application/json", "The search for hyper-parameters of a completed run that searched for them.");
        Document("record", "run.json", "application/json", "What a completed run did: inputs, parameters, objects, versions.");
        runs.MapGet("/{run}/model/{file}", ModelAsync)
            .WithSummary("A file of a completed run's model: model.safetensors, model.onnx or model.json.")
            .Produces<string>(contentType: "application/octet-stream").ProducesProblem(404).ProducesProblem(409);

        void Document(string route, string name, string type, string summary) => runs
            .MapGet($"/{{run}}/{route}", (string run, HttpContext context, Runs all, CancellationToken aborted) =>
                DocumentAsync(run, name, type, context, all, aborted))
            .WithSummary(summary).Produces<string>(contentType: type).ProducesProblem(404).ProducesProblem(409);

        void Steer(string verb, string done, string summary, Func<Runs, Func<string, CancellationToken, Task>> way) => runs
            .MapPost($"/{{run}}/{verb}", (string run, Runs all, CancellationToken aborted) => SteerAsync(run, done, all, way(all), aborted))
            .WithSummary(summary).Produces<RunState>(StatusCodes.Status202Accepted).ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<IResult> WorkloadAsync(string run, Runs runs, ProgressBoard boards, CancellationToken aborted)
    {
        if (await runs.FindAsync(run, aborted) is not { } state)
            return GatewayRoutes.UnknownRun(run);
        RunBoard board = await boards.FindAsync(run, aborted);
        return Results.Ok(Workload.Of(state, board.Since(0, out _).Work, DateTimeOffset.UtcNow));
    }

    private static async Task<IResult> ListAsync(HttpContext context, RunIndex index, CancellationToken aborted)
    {
        var errors = new Dictionary<string, string[]>();
        RunQuery query = RunQuery.Read(context.Request.Query, errors);
        if (errors.Count > 0)
            return Results.ValidationProblem(errors, title: "The runs can't be listed as asked for.");
        RunList list = await index.ListAsync(query, aborted);
        context.Response.Headers["X-Total-Count"] = list.Total.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["X-Revision"] = list.Revision;
        return Results.Ok(list.Runs);
    }

    private static async Task<IResult> WatchAsync(
        string run, Runs runs, ProgressBoard board, IHostApplicationLifetime lifetime, CancellationToken aborted) =>
        await runs.FindAsync(run, aborted) is null
            ? GatewayRoutes.UnknownRun(run)
            : TypedResults.ServerSentEvents<object>(new RunEvents(runs, board, lifetime).WatchAsync(run, aborted));

    private static async Task<IResult> StartAsync(
        HttpRequest body, Runs runs, AppWatch apps, InputAccess access, IConfiguration configuration, CancellationToken aborted)
    {
        var errors = new Dictionary<string, string[]>();
        RunSubmission? submission = await RunSubmission.ReadAsync(body, errors);
        string? key = body.Headers["Idempotency-Key"].ToString() is { Length: > 0 } given ? given : null;
        if (key?.Length > LongestKey)
            errors["Idempotency-Key"] = [$"expected at most {LongestKey} characters, found {key.Length}"];
        string store = submission?.Store ?? configuration[StoreVariable] ?? "";
        if (submission is not null && store.Length == 0)
            errors["$.store"] = [$"expected the URL of an object store, because this gateway has none of its own ({StoreVariable})"];
        submission?.CheckAccess(access, configuration[StoreVariable], errors);
        if (errors.Count > 0 || submission is null)
            return Results.ValidationProblem(errors, title: "The run can't be started as asked for.");

        PipelineRequest request = submission.ToRequest(Runs.NewName(key), store);
        bool isKnown = await runs.FindAsync(request.Run, aborted) is not null;
        if (!isKnown && await apps.MissingAsync(Apps.OfRun(request), aborted) is { Count: > 0 } missing)
            return Missing(missing);
        bool isNew = await runs.StartAsync(request, aborted);
        if (!isNew && !await IsSameAsync(runs, request, aborted))
        {
            return Results.Problem(
                statusCode: StatusCodes.Status422UnprocessableEntity,
                title: "The idempotency key belongs to another request.",
                detail: $"run {request.Run} was started under this key with another body; use a new key");
        }
        RunState? state = await runs.FindAsync(request.Run, aborted);
        return isNew ? Results.Accepted($"/runs/{request.Run}", state) : Results.Ok(state);
    }

    private static async Task<bool> IsSameAsync(Runs runs, PipelineRequest request, CancellationToken aborted) =>
        await runs.RequestOfAsync(request.Run, aborted) is { } other
        && System.Text.Json.JsonSerializer.Serialize(other) == System.Text.Json.JsonSerializer.Serialize(request);

    private static async Task<IResult> ResumeAsync(string run, Runs all, AppWatch apps, CancellationToken aborted)
    {
        if (await all.FindAsync(run, aborted) is not { } state)
            return GatewayRoutes.UnknownRun(run);
        if (state.Status == "completed")
            return GatewayRoutes.Conflict($"run {run} is completed and can't be resumed");
        PipelineRequest request = (await all.RequestOfAsync(run, aborted))!;
        if (state.HasEnded && await apps.MissingAsync(Apps.OfRun(request), aborted) is { Count: > 0 } missing)
            return Missing(missing);
        await all.ResumeAsync(run, aborted);
        return Results.Accepted($"/runs/{run}", await all.FindAsync(run, aborted));
    }

    private static IResult Missing(IReadOnlyList<string> apps) => Results.Problem(
        statusCode: StatusCodes.Status503ServiceUnavailable,
        title: "An app that the run needs has no worker.",
        detail: $"no worker is connected for {string.Join(", ", apps)}; start it and ask again",
        extensions: new Dictionary<string, object?> { ["apps"] = apps });

    private static async Task<IResult> SteerAsync(
        string run, string verb, Runs runs, Func<string, CancellationToken, Task> steer, CancellationToken aborted)
    {
        if (await runs.FindAsync(run, aborted) is not { } state)
            return GatewayRoutes.UnknownRun(run);
        if (state.HasEnded)
            return GatewayRoutes.Conflict($"run {run} is {state.Status} and can't be {verb}");
        await steer(run, aborted);
        return Results.Accepted($"/runs/{run}", await runs.FindAsync(run, aborted));
    }

    private static Task<IResult> ModelAsync(string run, string file, HttpContext context, Runs runs, CancellationToken aborted) => file switch
    {
        "model.json" => ObjectAsync(run, file, "application/json", result => result.Model, context, runs, aborted),
        "model.safetensors" or "model.onnx" => ObjectAsync(run, file, "application/octet-stream", result => result.Model, context, runs, aborted),
        _ => Task.FromResult(Results.Problem(
            statusCode: StatusCodes.Status404NotFound, title: "No such file.",
            detail: $"a model has model.safetensors, model.onnx and model.json; found '{file}'")),
    };

    private static Task<IResult> DocumentAsync(
        string run, string name, string type, HttpContext context, Runs runs, CancellationToken aborted) =>
        ObjectAsync(run, name, $"{type}; charset=utf-8", result => result.Report, context, runs, aborted);

    private static async Task<IResult> ObjectAsync(
        string run, string name, string type, Func<PipelineResult, string> prefix, HttpContext context, Runs runs, CancellationToken aborted)
    {
        if (await runs.FindAsync(run, aborted) is not { } state)
            return GatewayRoutes.UnknownRun(run);
        if (state.Result is null)
            return GatewayRoutes.Conflict($"run {run} is {state.Status}; {name} is there when it is completed");
        PipelineRequest request = (await runs.RequestOfAsync(run, aborted))!;
        (ObjectStore store, string key) = (ObjectStore.Open(request.Store), $"{prefix(state.Result)}/{name}");
        if (!await store.ExistsAsync(key, aborted))
        {
            return Results.Problem(
                statusCode: StatusCodes.Status404NotFound, title: "No such document.", detail: $"run {run} has no {name}");
        }
        ObjectContent document = await store.ReadAsync(key, aborted);
        context.Response.RegisterForDispose(document);
        return Results.Bytes(document.Memory, type);
    }
}
