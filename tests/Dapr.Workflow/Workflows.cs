using System.Text.Json;

namespace Dapr.Workflow.Tests.Workflows;

/// <summary>The .NET counterparts of the workflows whose traffic was captured.</summary>
internal static class CapturedWorkflows
{
    private static readonly WorkflowRetryPolicy Doubling = new(5, TimeSpan.FromMilliseconds(500), 2);
    private static readonly WorkflowRetryPolicy Steady = new(3, TimeSpan.FromMilliseconds(200));

    public static void Register(WorkflowRuntimeOptions o)
    {
        o.RegisterWorkflow<Chain>("chain");
        o.RegisterWorkflow<JsonElement?, JsonElement?>("one", (c, input) => c.CallActivityAsync<JsonElement?>("noop", input));
        o.RegisterWorkflow<int, int>("fanout", async (c, n) =>
            (await Task.WhenAll(Enumerable.Range(0, n).Select(i => c.CallActivityAsync<int>("add_one", i)))).Sum());
        o.RegisterWorkflow<int, int>("five", async (c, n) =>
        {
            for (var i = 0; i < 5; i++)
                n = await c.CallActivityAsync<int>("add_one", n);
            return n;
        });
        o.RegisterWorkflow<JsonElement?, JsonElement?>("none_io", (c, _) => c.CallActivityAsync<JsonElement?>("returns_none"));
        o.RegisterWorkflow<JsonElement, JsonElement[]>("parent", async (c, _) =>
        [
            await c.CallChildWorkflowAsync<JsonElement>("one", "auto-id"),
            await c.CallChildWorkflowAsync<JsonElement>("one", "explicit", new ChildWorkflowTaskOptions(c.InstanceId + "-kid")),
        ]);
        o.RegisterWorkflow<JsonElement, JsonElement>("parent_wait", (c, input) =>
            c.CallChildWorkflowAsync<JsonElement>("event", input, new ChildWorkflowTaskOptions(c.InstanceId + "-kid")));
        o.RegisterWorkflow<JsonElement, JsonElement>("parent_fail", (c, input) =>
            c.CallChildWorkflowAsync<JsonElement>("fail_final", input));
        o.RegisterWorkflow<JsonElement, string>("parent_fail_retry", async (c, input) =>
        {
            try
            {
                await c.CallChildWorkflowAsync("fail_self", input,
                    new ChildWorkflowTaskOptions(RetryPolicy: new(2, TimeSpan.FromMilliseconds(200))));
                return "";
            }
            catch (WorkflowTaskFailedException e)
            {
                return e.Message;
            }
        });
        o.RegisterWorkflow<JsonElement, string>("fail_final", (c, _) => c.CallActivityAsync<string>("always_fail", "y"));
        o.RegisterWorkflow<JsonElement, string>("fail_caught", async (c, _) =>
        {
            try
            {
                return await c.CallActivityAsync<string>("always_fail", "z");
            }
            catch (WorkflowTaskFailedException e)
            {
                return e.Message;
            }
        });
        o.RegisterWorkflow<JsonElement, string>("fail_self", async (c, input) =>
        {
            await c.CallActivityAsync("noop", input);
            throw new InvalidCastException("workflow code threw");
        });
        o.RegisterWorkflow<JsonElement, string>("unknown_activity", (c, input) => c.CallActivityAsync<string>("not_registered_act", input));
        o.RegisterWorkflow<JsonElement, JsonElement>("retry_ok", (c, _) =>
            c.CallActivityAsync<JsonElement>("fail_until", 3, new(Doubling)));
        o.RegisterWorkflow<JsonElement, JsonElement>("retry_exhaust", (c, _) =>
            c.CallActivityAsync<JsonElement>("always_fail", "x", new(Steady)));
        o.RegisterWorkflow<int, string>("timer", async (c, seconds) =>
        {
            await c.CreateTimer(TimeSpan.FromSeconds(seconds));
            return "fired";
        });
        o.RegisterWorkflow<int, string>("timers_then", async (c, n) =>
        {
            for (var i = 0; i < n; i++)
            {
                await c.CreateTimer(TimeSpan.FromSeconds(1));
                await c.CallActivityAsync("noop", i);
            }

            return "end";
        });
        o.RegisterWorkflow<JsonElement, JsonElement[]>("slow", async (c, seconds) =>
        [
            await c.CallActivityAsync<JsonElement>("noop", "before"),
            await c.CallActivityAsync<JsonElement>("slow_once", seconds),
            await c.CallActivityAsync<JsonElement>("noop", "after"),
        ]);
        Events(o);
        Apps(o);
    }

    private static void Events(WorkflowRuntimeOptions o)
    {
        o.RegisterWorkflow<JsonElement, JsonElement?>("event", (c, _) =>
            c.WaitForExternalEventAsync<JsonElement?>("Approve", Timeout.InfiniteTimeSpan));
        o.RegisterWorkflow<int, JsonElement?>("event_timeout", async (c, seconds) =>
        {
            var go = c.WaitForExternalEventAsync<JsonElement?>("go", Timeout.InfiniteTimeSpan);
            var late = c.CreateTimer(TimeSpan.FromSeconds(seconds));
            return await Task.WhenAny(go, late) == go ? await go : JsonSerializer.SerializeToElement("timeout");
        });
        o.RegisterWorkflow<int, string>("event_timeout2", async (c, seconds) =>
        {
            try
            {
                return await c.WaitForExternalEventAsync<string>("go", TimeSpan.FromSeconds(seconds));
            }
            catch (TaskCanceledException)
            {
                return "TimeoutError";
            }
        });
        o.RegisterWorkflow<int, JsonElement>("status", async (c, _) =>
        {
            c.SetCustomStatus("phase-1");
            await c.CreateTimer(TimeSpan.FromSeconds(1));
            c.SetCustomStatus(new { phase = 2 });
            return await c.WaitForExternalEventAsync<JsonElement>("go", Timeout.InfiniteTimeSpan);
        });
        o.RegisterWorkflow<int, string>("can", async (c, n) =>
        {
            await c.CallActivityAsync("noop", n);
            if (n == 3)
                return "done 3";
            c.ContinueAsNew(n + 1);
            return "";
        });
        o.RegisterWorkflow<Ticks, int[]>("can_events", async (c, ticks) =>
        {
            var next = ticks with { Seen = [.. ticks.Seen, await c.WaitForExternalEventAsync<int>("tick", Timeout.InfiniteTimeSpan)] };
            if (next.Seen.Length < next.N)
                c.ContinueAsNew(next);
            return next.Seen;
        });
    }

    private static void Apps(WorkflowRuntimeOptions o)
    {
        o.RegisterWorkflow<JsonElement, JsonElement>("parent_abroad", (c, input) =>
            c.CallChildWorkflowAsync<JsonElement>("one", input, new ChildWorkflowTaskOptions(TargetAppId: "ingest")));
        o.RegisterWorkflow<JsonElement, JsonElement[]>("two_apps", async (c, _) =>
        [
            await c.CallActivityAsync<JsonElement>("whoami", 0),
            await c.CallActivityAsync<JsonElement>("whoami", 0, new(TargetAppId: "ingest")),
            await c.CallActivityAsync<JsonElement>("whoami", 0, new(TargetAppId: "trainer")),
        ]);
        o.RegisterWorkflow<JsonElement, object>("train", async (c, input) =>
        {
            var own = await c.CallActivityAsync<string>("whoami", 0);
            var other = await c.CallActivityAsync<string>("whoami", 0, new(TargetAppId: "ingest"));
            return new Dictionary<string, object> { ["in"] = input, ["ran"] = new[] { own, other }, ["id"] = c.InstanceId };
        });
        o.RegisterWorkflow<JsonElement, JsonElement>("call", (c, p) => c.CallActivityAsync<JsonElement>(
            p.GetProperty("act").GetString()!,
            p.TryGetProperty("in", out var input) && input.ValueKind != JsonValueKind.Null ? input : null,
            new WorkflowTaskOptions(Retry(p), p.TryGetProperty("app", out var app) ? app.GetString() : null)));
        o.RegisterWorkflow<JsonElement, JsonElement[]>("fan", (c, p) => Task.WhenAll(Enumerable.Range(0, p.GetProperty("n").GetInt32())
            .Select(i => c.CallActivityAsync<JsonElement>(
                p.GetProperty("act").GetString()!, FanInput(p, i), new(TargetAppId: p.GetProperty("app").GetString())))));
        o.RegisterWorkflow<JsonElement, JsonElement[]>("stepper", async (c, p) =>
        {
            var ran = new List<JsonElement>();
            for (var i = 0; i < p.GetProperty("n").GetInt32(); i++)
            {
                await c.CreateTimer(TimeSpan.FromMilliseconds(p.GetProperty("ms").GetDouble()));
                ran.Add(await c.CallActivityAsync<JsonElement>("whoami", 0));
            }

            return [.. ran];
        });
    }

    private static object FanInput(JsonElement p, int i) =>
        p.TryGetProperty("in", out var input) ? input : p.TryGetProperty("ms", out var ms) ? new { k = i, ms } : i;

    private static WorkflowRetryPolicy? Retry(JsonElement p) =>
        p.TryGetProperty("retry", out var r) && r.ValueKind == JsonValueKind.Array
            ? new WorkflowRetryPolicy(r[1].GetInt32(), TimeSpan.FromMilliseconds(r[0].GetDouble()))
            : null;

    internal sealed record Ticks(int N, int[] Seen);
}

/// <summary>Two sums, then a greeting.</summary>
internal sealed class Chain : Workflow<int, JsonElement>
{
    public override async Task<JsonElement> RunAsync(WorkflowContext context, int input)
    {
        var once = await context.CallActivityAsync<int>("add_one", input);
        var twice = await context.CallActivityAsync<int>("add_one", once);
        return await context.CallActivityAsync<JsonElement>("greet", new { name = $"{twice}" });
    }
}
