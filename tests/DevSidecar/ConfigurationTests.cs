using System.Globalization;
using Dapr.Workflow;
using Microsoft.Data.Sqlite;

namespace DaprHep.DevSidecar.Tests;

/// <summary>What the runtime's Configuration says of workflows: how many at a time, and how long ended ones are kept; and damaged journals.</summary>
public sealed class ConfigurationTests
{

    [Fact]
    public async Task A_node_has_as_many_activities_at_a_time_as_its_limit_allows()
    {
        var options = new SidecarOptions
        {
            JournalPath = LocalStack.NewJournal(),
            Nodes = [new NodeOptions("caller"), new NodeOptions("worker"), new NodeOptions("worker")],
            Workflow = new WorkflowConfiguration { MaxConcurrentActivityInvocations = 2 },
        };
        await using var stack = await LocalStack.StartAsync(options);
        var (running, most, ended) = (0, 0, 0);
        await stack.AddWorkerAsync("caller", w => w.RegisterWorkflow<int, int>("fan", async (c, n) => (await Task.WhenAll(
            Enumerable.Range(0, n).Select(_ => c.CallActivityAsync<int>("slow", 0, new WorkflowTaskOptions(TargetAppId: "worker"))))).Sum()));
        for (var replica = 0; replica < 2; replica++)
        {
            await stack.AddWorkerAsync("worker", w => w.RegisterActivity<int, int>("slow", async (_, _) =>
            {
                var now = Interlocked.Increment(ref running);
                lock (stack)
                    most = Math.Max(most, now);
                await Task.Delay(20);
                Interlocked.Decrement(ref running);
                Interlocked.Increment(ref ended);
                return 1;
            }), replica);
        }

        await using var client = stack.Client("caller");
        await client.ScheduleNewWorkflowAsync("fan", "fan", 20);
        using var limit = new CancellationTokenSource(Patience.Limit);
        (await client.WaitForWorkflowCompletionAsync("fan", cancellation: limit.Token)).ReadOutputAs<int>().ShouldBe(20);
        (most, ended).ShouldBe((4, 20));
    }

    [Fact]
    public async Task A_node_has_as_many_turns_at_a_time_as_its_limit_allows()
    {
        var options = new SidecarOptions
        {
            JournalPath = LocalStack.NewJournal(), Nodes = [new NodeOptions("app")],
            Workflow = new WorkflowConfiguration { MaxConcurrentWorkflowInvocations = 1 },
        };
        await using var stack = await LocalStack.StartAsync(options);
        var (running, most) = (0, 0);
        await stack.AddWorkerAsync("app", w => w.RegisterWorkflow<int, int>("turn", (_, n) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            Thread.Sleep(20);
            Interlocked.Decrement(ref running);
            return Task.FromResult(n);
        }));
        await using var client = stack.Client("app");
        using var limit = new CancellationTokenSource(Patience.Limit);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
        {
            var id = await client.ScheduleNewWorkflowAsync("turn", input: i);
            (await client.WaitForWorkflowCompletionAsync(id, cancellation: limit.Token)).ReadOutputAs<int>().ShouldBe(i);
        }));
        most.ShouldBe(1);
    }

    [Fact]
    public async Task Ended_instances_are_taken_away_in_their_time_also_after_a_restart()
    {
        var options = new SidecarOptions
        {
            JournalPath = LocalStack.NewJournal(), Nodes = [new NodeOptions("app")],
            Workflow = new WorkflowConfiguration { StateRetentionPolicy = WorkflowConfiguration.ParseRetention("completed=300ms,anyTerminal=4s") },
        };
        await using var stack = await LocalStack.StartAsync(options);
        await stack.AddWorkerAsync("app", w => w.RegisterWorkflow<string, string>("end", (_, how) =>
            how == "fail" ? throw new InvalidOperationException("no") : Task.FromResult(how)));
        await using var client = stack.Client("app");
        using var limit = new CancellationTokenSource(Patience.Limit);
        foreach (var how in (string[])["done", "fail"])
        {
            await client.ScheduleNewWorkflowAsync("end", how, how);
            await client.WaitForWorkflowCompletionAsync(how, cancellation: limit.Token);
        }

        while ((await client.GetWorkflowStateAsync("done")).Exists)
            await Task.Delay(20, limit.Token);
        (await client.GetWorkflowStateAsync("fail")).Exists.ShouldBeTrue();
        await stack.RestartSidecarAsync();
        await using var again = stack.Client("app");
        while ((await again.GetWorkflowStateAsync("fail")).Exists)
            await Task.Delay(20, limit.Token);
        (await again.ListInstanceIdsAsync()).InstanceIds.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("completed=2h30m,anyTerminal=500ms", "completed 02:30:00, anyTerminal 00:00:00.5000000")]
    [InlineData("failed=1.5s", "failed 00:00:01.5000000")]
    public void A_retention_policy_has_durations_as_the_runtime_writes_them(string text, string expected) =>
        string.Join(", ", WorkflowConfiguration.ParseRetention(text)
            .Select(kept => string.Create(CultureInfo.InvariantCulture, $"{kept.Key} {kept.Value}"))).ShouldBe(expected);

    [Theory]
    [InlineData("done=2h", "'done' is not one of anyTerminal, completed, failed, terminated.")]
    [InlineData("completed=2 days", "completed is '2 days'; expected a duration such as 48h, 2h30m or 500ms.")]
    [InlineData("completed", "completed is ''; expected a duration such as 48h, 2h30m or 500ms.")]
    public void A_retention_policy_that_can_not_be_read_says_what_is_wrong(string text, string error) =>
        Should.Throw<FormatException>(() => WorkflowConfiguration.ParseRetention(text)).Message.ShouldBe(error);

    [Fact]
    public async Task An_instance_whose_start_is_lost_from_the_journal_has_failed_and_its_parent_learns_of_it()
    {
        var options = new SidecarOptions { JournalPath = LocalStack.NewJournal(), Nodes = [new NodeOptions("app")] };
        await using var stack = await LocalStack.StartAsync(options);
        await stack.AddWorkerAsync("app", w =>
        {
            w.RegisterWorkflow<int, int>("parent", (c, _) => c.CallChildWorkflowAsync<int>("child", 0, new ChildWorkflowTaskOptions("kid")));
            w.RegisterWorkflow<int, int>("child", (c, _) => c.WaitForExternalEventAsync<int>("never"));
        });
        await using var client = stack.Client("app");
        using var limit = new CancellationTokenSource(Patience.Limit);
        await client.ScheduleNewWorkflowAsync("parent", "parent", 0);
        while ((await client.GetWorkflowStateAsync("kid")).RuntimeStatus != WorkflowRuntimeStatus.Running)
            await Task.Delay(20, limit.Token);
        await stack.RestartSidecarAsync(whileDown: () =>
        {
            using var journal = new SqliteConnection($"Data Source={options.JournalPath};Pooling=False");
            journal.Open();
            using var damage = journal.CreateCommand();
            damage.CommandText = "DELETE FROM history WHERE id = 'kid'; DELETE FROM inbox WHERE id = 'kid'";
            damage.ExecuteNonQuery().ShouldBeGreaterThan(0);
        });
        await using var again = stack.Client("app");
        var kid = await again.GetWorkflowStateAsync("kid");
        kid.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Failed);
        kid.FailureDetails!.ErrorMessage.ShouldContain("the journal has no start of instance 'kid' of app 'app'");
        var parent = await again.WaitForWorkflowCompletionAsync("parent", cancellation: limit.Token);
        parent.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Failed);
        parent.FailureDetails!.ErrorMessage.ShouldContain("'child' failed");
    }
}
