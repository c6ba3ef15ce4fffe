using Google.Protobuf.WellKnownTypes;
using Dapr.Workflow.Tests.Workflows;
using DaprHep.WorkflowProtocol;
using Microsoft.Extensions.Logging;
using static Dapr.Workflow.Tests.TurnHarness;

namespace Dapr.Workflow.Tests;

public class ReplayTests
{
    private static TurnHarness With(Func<WorkflowContext, string?, Task<string?>> code, ILoggerFactory? loggers = null,
        string id = "instance-1") =>
        new(o => o.RegisterWorkflow("w", code), loggers) { InstanceId = id };

    private static CompleteWorkflowAction Completion(WorkflowResponse response) =>
        response.Actions.ShouldHaveSingleItem().CompleteWorkflow.ShouldNotBeNull();

    [Fact]
    public void Actions_are_numbered_from_zero_in_the_order_of_the_code()
    {
        var harness = With(async (c, _) =>
        {
            var a = c.CallActivityAsync<int>("a", 1);
            var b = c.CreateTimer(TimeSpan.FromSeconds(5));
            var d = c.CallChildWorkflowAsync<int>("d");
            await Task.WhenAll(a, b, d);
            return $"{await a + await d}";
        });
        var first = harness.Start("w");
        first.Actions.Select(x => (x.Id, x.WorkflowActionTypeCase)).ShouldBe(
        [
            (0, WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask),
            (1, WorkflowAction.WorkflowActionTypeOneofCase.CreateTimer),
            (2, WorkflowAction.WorkflowActionTypeOneofCase.CreateChildWorkflow),
        ]);
        harness.Turn(Fired(1), Done(0, "4")).Actions.ShouldBeEmpty();
        var child = new HistoryEvent { ChildWorkflowInstanceCompleted = new ChildWorkflowInstanceCompletedEvent { TaskScheduledId = 2,
            Result = "5" } };
        Completion(harness.Turn(child)).Result.ShouldBe("\"9\"");
    }

    [Fact]
    public void Ids_are_those_of_the_official_sdk()
    {
        // Version 5 UUIDs of "<instance>_<n>" and "<instance>|activity|<id>|<name>" in the namespace of the instance.
        var harness = With(
            async (c, _) => await c.CallActivityAsync<string>("act", c.NewGuid()),
            id: "d9428888-122b-11e1-b85c-61cd3cbb3210");
        var task = harness.Start("w").Actions[0].ScheduleTask;
        task.Input.ShouldBe("\"272ecc16-b0bd-513e-8e42-840792278fad\"");
        task.TaskExecutionId.ShouldBe("f8e201d928645effb8986c4310dd3d42");
    }

    [Fact]
    public void Ids_and_time_are_the_same_in_every_replay()
    {
        var seen = new List<(Guid, DateTime, bool)>();
        var harness = With(async (c, _) =>
        {
            seen.Add((c.NewGuid(), c.CurrentUtcDateTime, c.IsReplaying));
            await c.CallActivityAsync("a");
            seen.Add((c.NewGuid(), c.CurrentUtcDateTime, c.IsReplaying));
            await c.CallActivityAsync("b");
            return null;
        });
        harness.Start("w");
        harness.Turn(Done(0, ""));
        harness.Turn(Done(1, ""));
        seen.Count.ShouldBe(5);
        seen[1].ShouldBe(seen[0] with { Item3 = true });
        seen[3].ShouldBe(seen[1]);
        seen[4].ShouldBe(seen[2] with { Item3 = true });
        seen[2].Item3.ShouldBeFalse();
        seen[2].Item1.ShouldNotBe(seen[0].Item1);
        (seen[2].Item2 - seen[0].Item2).ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void An_activity_for_another_app_carries_its_router_inside_and_outside()
    {
        var harness = With(async (c, _) => await c.CallActivityAsync<string>("a", null, new WorkflowTaskOptions(TargetAppId: "ingest")));
        var action = harness.Start("w").Actions[0];
        action.Router.ShouldBe(new TaskRouter { SourceAppID = "app", TargetAppID = "ingest" });
        action.ScheduleTask.Router.ShouldBe(action.Router);
    }

    [Fact]
    public void Retries_wait_with_back_off_and_take_new_numbers()
    {
        var policy = new WorkflowRetryPolicy(3, TimeSpan.FromSeconds(2), 2);
        var harness = With(async (c, _) => await c.CallActivityAsync<string>("a", 1, new WorkflowTaskOptions(policy)));
        var first = harness.Start("w").Actions[0];
        var timer = harness.Turn(Failed(0, "no")).Actions.ShouldHaveSingleItem();
        timer.Id.ShouldBe(1);
        timer.CreateTimer.ActivityRetry.TaskExecutionId.ShouldBe(first.ScheduleTask.TaskExecutionId);
        (timer.CreateTimer.FireAt.ToDateTime() - harness.Past[^1].Timestamp.ToDateTime()).ShouldBe(TimeSpan.FromSeconds(2));
        harness.Turn(Fired(1)).Actions.ShouldHaveSingleItem().Id.ShouldBe(2);
        var second = harness.Turn(Failed(2, "no")).Actions.ShouldHaveSingleItem();
        (second.CreateTimer.FireAt.ToDateTime() - harness.Past[^1].Timestamp.ToDateTime()).ShouldBe(TimeSpan.FromSeconds(4));
        harness.Turn(Fired(3));
        var end = Completion(harness.Turn(Failed(4, "never")));
        end.WorkflowStatus.ShouldBe(OrchestrationStatus.Failed);
        end.FailureDetails.ErrorType.ShouldBe("Dapr.Workflow.WorkflowTaskFailedException");
        end.FailureDetails.ErrorMessage.ShouldBe("Task failed: never");
    }

    [Fact]
    public void A_failure_of_an_activity_marked_final_is_retried_like_any_other()
    {
        var policy = new WorkflowRetryPolicy(3, TimeSpan.FromSeconds(2));
        var harness = With(async (c, _) => await c.CallActivityAsync<string>("a", 1, new WorkflowTaskOptions(policy)));
        harness.Start("w");
        harness.Turn(Failed(0, "no", final: true)).Actions.ShouldHaveSingleItem().CreateTimer.ShouldNotBeNull();
    }

    [Fact]
    public void Ids_are_made_from_the_executions_id_where_the_turn_names_one()
    {
        string[] ids = [.. new[] { null, "first", "second", "first" }.Select(execution =>
        {
            var harness = With(async (c, _) => await c.CallActivityAsync<string>("a", c.NewGuid()));
            var request = new WorkflowRequest { InstanceId = harness.InstanceId, ExecutionId = execution };
            request.NewEvents.Add(new HistoryEvent
            {
                ExecutionStarted = new ExecutionStartedEvent { Name = "w" }, Timestamp = Timestamp.FromDateTime(DateTime.UtcNow),
            });
            var asked = harness.Run(request).Actions.ShouldHaveSingleItem().ScheduleTask;
            return $"{asked.Input} {asked.TaskExecutionId}";
        })];
        ids[1].ShouldBe(ids[3]);
        ids.Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public void A_workflow_that_is_cancelled_says_what_cancelled_it()
    {
        var harness = With(async (_, _) =>
        {
            await Task.CompletedTask;
            throw new OperationCanceledException("the door is shut");
        });
        var failure = Completion(harness.Start("w")).FailureDetails;
        (failure.ErrorType, failure.ErrorMessage).ShouldBe(("System.OperationCanceledException", "the door is shut"));
    }

    [Fact]
    public void Failures_are_caught_with_their_details()
    {
        var harness = With(async (c, _) =>
        {
            try
            {
                await c.CallActivityAsync("a");
                return null;
            }
            catch (WorkflowTaskFailedException e) when (e.FailureDetails.IsCausedBy<InvalidOperationException>())
            {
                return e.FailureDetails.ErrorMessage;
            }
        });
        harness.Start("w");
        Completion(harness.Turn(Failed(0, "broken"))).Result.ShouldBe("\"broken\"");
    }

    [Fact]
    public void Code_that_asks_for_another_activity_than_the_history_is_named()
    {
        With(async (c, _) => await c.CallActivityAsync<string>("a")).Start("w");
        var name = "first";
        var harness = With(async (c, _) =>
        {
            await c.CallActivityAsync(name);
            return await c.CallActivityAsync<string>("next");
        });
        harness.Start("w");
        name = "other";
        var end = Completion(harness.Turn(Done(0, "")));
        end.WorkflowStatus.ShouldBe(OrchestrationStatus.Failed);
        end.FailureDetails.ErrorType.ShouldEndWith("NonDeterministicWorkflowException");
        end.FailureDetails.ErrorMessage.ShouldStartWith("Action 0 is activity 'first' in the history, but the workflow's code now asks for activity 'other'.");
    }

    [Fact]
    public void Code_that_no_longer_asks_for_something_in_the_history_is_named()
    {
        var both = true;
        var harness = With(async (c, _) =>
        {
            if (both)
                await c.CallActivityAsync("gone");
            return await c.WaitForExternalEventAsync<string>("never");
        });
        harness.Start("w");
        both = false;
        Completion(harness.Turn(Done(0, ""))).FailureDetails.ErrorMessage.ShouldStartWith("The history has activity 'gone' as action 0");
    }

    [Fact]
    public void A_wait_outside_of_the_history_is_named()
    {
        var harness = With(async (_, _) =>
        {
            await Task.Delay(TimeSpan.FromMinutes(1));
            return null;
        });
        Completion(harness.Start("w")).FailureDetails.ErrorMessage.ShouldContain("waits for something that is not in its history");
    }

    [Fact]
    public void The_context_is_closed_to_other_threads()
    {
        var harness = With((c, _) => Task.Run(() => c.CallActivityAsync<string?>("a")).WaitAsync(TimeSpan.FromSeconds(10)));
        Completion(harness.Start("w")).WorkflowStatus.ShouldBe(OrchestrationStatus.Failed);
    }

    [Fact]
    public void ConfigureAwait_and_Yield_keep_the_workflow_on_its_thread()
    {
        var harness = With(async (c, _) =>
        {
            var sum = 0;
            await Task.Yield();
            for (var i = 0; i < 3; i++)
            {
                sum += (await Task.WhenAll(c.CallActivityAsync<int>("a"), c.CallActivityAsync<int>("b")).ConfigureAwait(false)).Sum();
            }

            return $"{sum}";
        });
        harness.Start("w");
        harness.Turn(Done(0, "1"));
        harness.Turn(Done(1, "2")).Actions.Count.ShouldBe(2);
        harness.Turn(Done(3, "3"), Done(2, "4")).Actions.Count.ShouldBe(2);
        Completion(harness.Turn(Done(4, "5"), Done(5, "6"))).Result.ShouldBe("\"21\"");
    }

    [Fact]
    public void Events_are_kept_until_waited_for_and_handed_out_in_order_without_regard_to_case()
    {
        var harness = With(async (c, _) =>
        {
            await c.CallActivityAsync("a");
            return await c.WaitForExternalEventAsync<string>("Go") + await c.WaitForExternalEventAsync<string>("go");
        });
        harness.Start("w");
        harness.Turn(Raised("GO", "\"1\""), Raised("other", "\"x\"")).Actions.ShouldBeEmpty();
        harness.Turn(Raised("go", "\"2\""));
        Completion(harness.Turn(Done(0, ""))).Result.ShouldBe("\"12\"");
    }

    [Fact]
    public void A_wait_with_a_timeout_ends_at_the_first_of_event_and_timer()
    {
        static async Task<string?> Wait(WorkflowContext c, string? _)
        {
            try
            {
                return await c.WaitForExternalEventAsync<string>("go", TimeSpan.FromSeconds(9));
            }
            catch (TaskCanceledException)
            {
                return "late";
            }
        }

        var late = With(Wait);
        late.Start("w").Actions.ShouldHaveSingleItem().CreateTimer.ExternalEvent.Name.ShouldBe("go");
        Completion(late.Turn(Fired(0))).Result.ShouldBe("\"late\"");
        var inTime = With(Wait);
        inTime.Start("w");
        Completion(inTime.Turn(Raised("go", "\"ok\""), Fired(0))).Result.ShouldBe("\"ok\"");
    }

    [Fact]
    public void An_endless_wait_takes_no_number_in_a_history_that_lacks_its_timer()
    {
        var harness = With(async (c, _) =>
        {
            var go = c.WaitForExternalEventAsync<string>("go", Timeout.InfiniteTimeSpan);
            return await c.CallActivityAsync<string>("a") + await go;
        });
        harness.Start("w").Actions.Count.ShouldBe(2);
        harness.Past.RemoveAll(e => e.TimerCreated is not null);
        harness.Past.Single(e => e.TaskScheduled is not null).EventId = 0;
        harness.Turn(Done(0, "\"a\"")).Actions.ShouldBeEmpty();
        Completion(harness.Turn(Raised("go", "\"b\""))).Result.ShouldBe("\"ab\"");
    }

    [Fact]
    public void While_suspended_nothing_runs_and_after_the_resume_all_is_handled_in_order()
    {
        var harness = With(async (c, _) =>
        {
            await c.CallActivityAsync("a");
            return await c.WaitForExternalEventAsync<string>("go");
        });
        harness.Start("w");
        var suspend = new HistoryEvent { ExecutionSuspended = new ExecutionSuspendedEvent() };
        harness.Turn(suspend).Actions.ShouldBeEmpty();
        harness.Turn(suspend.Clone()).Actions.ShouldBeEmpty();
        harness.Turn(Done(0, ""), Raised("go", "\"x\"")).Actions.ShouldBeEmpty();
        Completion(harness.Turn(new HistoryEvent { ExecutionResumed = new ExecutionResumedEvent() })).Result.ShouldBe("\"x\"");
    }

    [Fact]
    public void A_terminate_request_ends_the_workflow_with_its_output()
    {
        var harness = With(async (c, _) => await c.CallActivityAsync<string>("a"));
        harness.Start("w");
        var end = Completion(harness.Turn(new HistoryEvent { ExecutionTerminated = new ExecutionTerminatedEvent { Input = "\"bye\"" } }));
        end.WorkflowStatus.ShouldBe(OrchestrationStatus.Terminated);
        end.Result.ShouldBe("\"bye\"");
    }

    [Fact]
    public void Continue_as_new_takes_unhandled_events_along()
    {
        var harness = With(async (c, input) =>
        {
            var value = await c.WaitForExternalEventAsync<string>("go");
            c.ContinueAsNew(input + value);
            return null;
        });
        harness.Start("w", "\"0\"");
        var end = Completion(harness.Turn(Raised("go", "\"1\""), Raised("go", "\"2\"")));
        end.WorkflowStatus.ShouldBe(OrchestrationStatus.ContinuedAsNew);
        end.Result.ShouldBe("\"01\"");
        end.CarryoverEvents.ShouldHaveSingleItem().EventRaised.Input.ShouldBe("\"2\"");
    }

    [Fact]
    public void The_custom_status_is_sent_in_every_turn()
    {
        var harness = With(async (c, _) =>
        {
            c.SetCustomStatus(new { Step = "reading" });
            return await c.CallActivityAsync<string>("a");
        });
        harness.Start("w").CustomStatus.ShouldBe("{\"step\":\"reading\"}");
        harness.Turn(Done(0, "")).CustomStatus.ShouldBe("{\"step\":\"reading\"}");
    }

    [Fact]
    public void A_patch_is_on_for_new_executions_and_off_for_those_that_had_passed_it()
    {
        var patchExists = false;
        var harness = With(async (c, _) =>
        {
            await c.CallActivityAsync("a");
            await c.CallActivityAsync(patchExists && c.IsPatched("p") ? "new" : "old");
            return await c.CallActivityAsync<string>("end");
        });
        harness.Start("w");
        harness.Turn(Done(0, ""));
        patchExists = true;
        var old = harness.Turn(Done(1, ""));
        old.Actions.ShouldHaveSingleItem().ScheduleTask.Name.ShouldBe("end");
        old.Version.ShouldBeNull();

        harness = With(async (c, _) =>
        {
            await c.CallActivityAsync(c.IsPatched("p") ? "new" : "old");
            return await c.CallActivityAsync<string>("end");
        });
        var first = harness.Start("w");
        first.Actions[0].ScheduleTask.Name.ShouldBe("new");
        first.Version.Patches.ShouldBe(["p"]);
        harness.Turn(Done(0, "")).Actions.ShouldHaveSingleItem().ScheduleTask.Name.ShouldBe("end");
    }

    [Fact]
    public void Logs_are_written_once()
    {
        var log = new CountingLoggers();
        var harness = With(
            async (c, _) =>
            {
                c.CreateReplaySafeLogger("x").LogInformation("before");
                await c.CallActivityAsync("a");
                c.CreateReplaySafeLogger("x").LogInformation("after");
                return await c.CallActivityAsync<string>("b");
            },
            log);
        harness.Start("w");
        harness.Turn(Done(0, ""));
        harness.Turn(Done(1, ""));
        log.Lines.ShouldBe(["before", "after"]);
    }

    [Fact]
    public void An_unknown_workflow_and_an_unreadable_input_fail_the_instance()
    {
        var harness = new TurnHarness(o => o.RegisterWorkflow<int, int>("w", (_, i) => Task.FromResult(i)));
        Completion(harness.Start("nope")).FailureDetails.ErrorType.ShouldBe("WorkflowNotFound");
        var unreadable = new TurnHarness(o => o.RegisterWorkflow<int, int>("w", (_, i) => Task.FromResult(i)));
        Completion(unreadable.Start("w", "not json")).FailureDetails.ErrorType.ShouldBe("System.Text.Json.JsonException");
    }

    [Fact]
    public void Names_do_not_regard_case()
    {
        var harness = new TurnHarness(o => o.RegisterWorkflow<Chain>());
        harness.Start("CHAIN", "1").Actions.ShouldHaveSingleItem().ScheduleTask.Name.ShouldBe("add_one");
    }

    private sealed class CountingLoggers : ILoggerFactory, ILogger
    {
        public List<string> Lines { get; } = [];

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?,
            string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
