using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DaprHep.DevSidecar.Grpc;
using DaprHep.DevSidecar.Workflows;
using DaprHep.WorkflowProtocol;
using Google.Protobuf.WellKnownTypes;

namespace DaprHep.DevSidecar.Http;

/// <summary>Workflows over HTTP: commands answer as soon as they are stored.</summary>
internal sealed class WorkflowApi(WorkflowEngine engine, string app)
{
    public Task HandleAsync(HttpContext context, string[] path) => (context.Request.Method, path) switch
    {
        ("GET", [var id]) => GetAsync(context, id),
        ("POST", [var name, "start"]) => StartAsync(context, name),
        ("POST", [var id, "terminate"]) => TerminateAsync(context, id),
        ("POST", [var id, "pause"]) =>
            CommandAsync(context, id, "PAUSE", "pausing", "pause", "suspend",
            new HistoryEvent { ExecutionSuspended = new ExecutionSuspendedEvent() }),
        ("POST", [var id, "resume"]) =>
            CommandAsync(context, id, "RESUME", "resuming", "resume", "resume",
            new HistoryEvent { ExecutionResumed = new ExecutionResumedEvent() }),
        ("POST", [var id, "purge"]) => PurgeAsync(context, id),
        ("POST", [var id, "raiseEvent", var name]) => RaiseAsync(context, id, name),
        _ => throw HttpFailure.UnknownPath,
    };

    private async Task StartAsync(HttpContext context, string name)
    {
        var id = context.Request.Query["instanceID"].ToString() is { Length: > 0 } given ? given : Guid.NewGuid().ToString();
        if (!id.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
        {
            throw new HttpFailure(
                400, "ERR_INSTANCE_ID_INVALID", $"workflow instance ID '{id}' is invalid: only alphanumeric and underscore characters are allowed");
        }

        var body = await HttpApi.BodyAsync(context);
        var request = new CreateInstanceRequest { InstanceId = id, Name = name, Input = body.Length == 0 ? null
            : Encoding.UTF8.GetString(body) };
        if (context.Request.Headers.TraceParent.ToString() is { Length: > 0 } trace)
            request.ParentTraceContext = new TraceContext { TraceParent = trace };
        try
        {
            await engine.StartAsync(app, request, untilFirstTurn: false, context.RequestAborted);
        }
        catch (DuplicateInstanceException e)
        {
            throw new HttpFailure(500, "ERR_START_WORKFLOW",
                $"error starting workflow '{name}': unable to start workflow: failed to start workflow: rpc error: code = AlreadyExists desc = {e.Message}");
        }

        await HttpApi.WriteAsync(context, 202, new JsonObject { ["instanceID"] = id });
    }

    private Task GetAsync(HttpContext context, string id)
    {
        var state = engine.Find(app, id) ?? throw NotFound(id, string.Empty);
        var answer = new JsonObject { ["instanceID"] = id };
        if (state.Name.Length > 0)
            answer["workflowName"] = state.Name;
        answer["createdAt"] = Time(state.CreatedTimestamp);
        answer["lastUpdatedAt"] = Time(state.LastUpdatedTimestamp);
        answer["runtimeStatus"] = state.WorkflowStatus.ToString().ToUpperInvariant();
        var properties = new JsonObject();
        Add("custom_status", state.CustomStatus);
        Add("failure.error_message", state.FailureDetails?.ErrorMessage);
        Add("failure.error_type", state.FailureDetails?.ErrorType);
        Add("failure.stack_trace", state.FailureDetails?.StackTrace);
        Add("input", state.Input);
        Add("output", state.Output);
        if (properties.Count > 0)
            answer["properties"] = properties;
        return HttpApi.WriteAsync(context, 200, answer);

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                properties["dapr.workflow." + name] = value;
        }
    }

    private async Task TerminateAsync(HttpContext context, string id)
    {
        var recursive = context.Request.Query["non_recursive"] != "true";
        try
        {
            await engine.Raise(app, id, new HistoryEvent { ExecutionTerminated = new ExecutionTerminatedEvent { Recurse = recursive } }).Stored;
        }
        catch (GrpcFailure e)
        {
            throw NotFound(id, $"%!(EXTRA *fmt.wrapError=failed to submit termination request:: {e.Message})");
        }

        await DoneAsync(context);
    }

    private async Task CommandAsync(HttpContext context, string id, string code, string doing, string verb, string call, HistoryEvent e)
    {
        try
        {
            await engine.Raise(app, id, e).Stored;
        }
        catch (GrpcFailure failure)
        {
            throw new HttpFailure(500, $"ERR_{code}_WORKFLOW",
                $"error {doing} workflow {id}: failed to {verb} workflow {id}: failed to {call} workflow: {failure.Message}");
        }

        await DoneAsync(context);
    }

    private async Task PurgeAsync(HttpContext context, string id)
    {
        try
        {
            await engine.PurgeAsync(app, id, context.Request.Query["non_recursive"] != "true", context.Request.Query["force"] == "true");
        }
        catch (GrpcFailure e) when (e.Message.EndsWith("no such instance exists", StringComparison.Ordinal))
        {
            throw NotFound(id, "%!(EXTRA *fmt.wrapError=failed to purge workflow state: failed to fetch workflow state: no such instance exists)");
        }
        catch (GrpcFailure e)
        {
            throw new HttpFailure(500, "ERR_PURGE_WORKFLOW", $"error purging workflow {id}: {e.Message}");
        }

        await DoneAsync(context);
    }

    private async Task RaiseAsync(HttpContext context, string id, string name)
    {
        var body = await HttpApi.BodyAsync(context);
        var raised = new HistoryEvent { EventRaised = new EventRaisedEvent { Name = name, Input = body.Length == 0 ? null
            : Encoding.UTF8.GetString(body) } };
        try
        {
            await engine.Raise(app, id, raised).Stored;
        }
        catch (GrpcFailure e)
        {
            throw new HttpFailure(500, "ERR_RAISE_EVENT_WORKFLOW",
                $"error raising event on workflow '{id}': failed to raise event {name} on workflow {id}: failed to raise event: {e.Message}");
        }

        await DoneAsync(context);
    }

    private static Task DoneAsync(HttpContext context) => HttpApi.WriteAsync(context, 202, new JsonObject());

    private static HttpFailure NotFound(string id, string more) =>
        new(404, "ERR_INSTANCE_ID_NOT_FOUND", $"unable to find workflow with the provided instance ID: {id}{more}");

    // RFC 3339 with nanoseconds, trailing zeros left out.
    private static string Time(Timestamp? time)
    {
        if (time is null)
            return "0001-01-01T00:00:00Z";
        var seconds = DateTimeOffset.FromUnixTimeSeconds(time.Seconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss",
            CultureInfo.InvariantCulture);
        var fraction = time.Nanos.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');
        return fraction.Length == 0 ? seconds + "Z" : $"{seconds}.{fraction}Z";
    }
}
