using System.Text.Json;
using DaprHep.Hosting.Jobs;

namespace DaprHep.Jobs.Tests;

/// <summary>Who may work on a job, and who may write its outcome.</summary>
public sealed class LeaseTests : IAsyncLifetime
{
    private JobStack _stack = null!;

    public async ValueTask InitializeAsync() => _stack = await JobStack.StartAsync();

    public ValueTask DisposeAsync() => _stack.DisposeAsync();

    [Fact]
    public async Task A_job_submitted_twice_is_done_once()
    {
        int begun = 0;
        Task<int> Count(string input, JobContext context) => Task.FromResult(Interlocked.Increment(ref begun));
        JobService one = await _stack.AddServiceAsync(0, Count), other = await _stack.AddServiceAsync(1, Count);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i =>
            (i % 2 == 0 ? one : other).Jobs.SubmitAsync(JobStack.Submission("job", 1), CancellationToken.None)));
        JobRecord record = await EndedAsync(one, "job");
        (record.State, record.Output!.Value.GetInt32(), begun).ShouldBe((JobState.Done, 1, 1));
        await one.Jobs.SubmitAsync(JobStack.Submission("job", 1), CancellationToken.None);
        begun.ShouldBe(1);
    }

    [Fact]
    public async Task An_owner_that_lives_renews_its_lease_and_one_that_stands_still_loses_it()
    {
        var done = new TaskCompletionSource<int>();
        JobService service = await _stack.AddServiceAsync(0, (_, context) => done.Task.WaitAsync(context.Cancellation));
        JobRecord first = await service.Jobs.SubmitAsync(JobStack.Submission("job", 1), CancellationToken.None);
        first.StatusAt(first.Heartbeat + TimeSpan.FromSeconds(9.9)).IsLost.ShouldBeFalse();
        first.StatusAt(first.Heartbeat + TimeSpan.FromSeconds(10)).IsLost.ShouldBeTrue();

        await service.PassUntilAsync(async () => (await RecordAsync(service, "job")).Heartbeat > first.Heartbeat + TimeSpan.FromSeconds(30));
        (await RecordAsync(service, "job")).StatusAt(service.Time.GetUtcNow()).IsLost.ShouldBeFalse();
        done.SetResult(7);
        (await EndedAsync(service, "job")).Output!.Value.GetInt32().ShouldBe(7);
    }

    [Fact]
    public async Task A_stopped_worker_that_wakes_up_after_another_took_its_job_can_commit_nothing()
    {
        TaskCompletionSource sleeps = new(), asleep = new();
        Exception? refused = null;
        JobService stopped = await _stack.AddServiceAsync(0, async (_, context) =>
        {
            asleep.SetResult();
            await sleeps.Task;
            refused = await Should.ThrowAsync<JobLostException>(context.CheckOwnershipAsync);
            throw refused;
        });
        JobService other = await _stack.AddServiceAsync(1, async (_, context) =>
        {
            await context.CheckOwnershipAsync();
            return context.Attempt;
        });
        await stopped.Jobs.SubmitAsync(JobStack.Submission("job", 1), CancellationToken.None);
        await asleep.Task;
        await other.Jobs.SubmitAsync(JobStack.Submission("job", 2), CancellationToken.None);
        JobRecord taken = await EndedAsync(other, "job");
        sleeps.SetResult();
        await stopped.PassUntilAsync(() => Task.FromResult(refused is not null));
        refused!.Message.ShouldContain("attempt 2");
        await _stack.StopAsync(stopped);
        JsonSerializer.Serialize(await RecordAsync(other, "job")).ShouldBe(JsonSerializer.Serialize(taken));
        (taken.State, taken.Attempt, taken.Output!.Value.GetInt32()).ShouldBe((JobState.Done, 2, 2));
    }

    [Fact]
    public async Task A_worker_whose_job_was_taken_is_told_to_stop_at_its_next_heartbeat()
    {
        TaskCompletionSource begun = new(), stopped = new();
        JobService loser = await _stack.AddServiceAsync(0, async (_, context) =>
        {
            begun.SetResult();
            context.Cancellation.Register(stopped.SetResult);
            await Task.Delay(Timeout.Infinite, context.Cancellation);
            return 0;
        });
        JobService winner = await _stack.AddServiceAsync(1, (_, context) => Task.FromResult(context.Attempt));
        await loser.Jobs.SubmitAsync(JobStack.Submission("job", 1), CancellationToken.None);
        await begun.Task.WaitAsync(Patience.Limit);
        await winner.Jobs.SubmitAsync(JobStack.Submission("job", 2), CancellationToken.None);
        await loser.PassUntilAsync(() => Task.FromResult(stopped.Task.IsCompleted));
        (await EndedAsync(winner, "job")).Attempt.ShouldBe(2);
    }

    [Fact]
    public async Task An_attempt_that_comes_late_does_not_take_the_job_from_a_later_one()
    {
        var done = new TaskCompletionSource<int>();
        JobService service = await _stack.AddServiceAsync(0, (_, context) => done.Task.WaitAsync(context.Cancellation));
        await service.Jobs.SubmitAsync(JobStack.Submission("job", 3), CancellationToken.None);
        (await service.Jobs.SubmitAsync(JobStack.Submission("job", 2), CancellationToken.None)).Attempt.ShouldBe(3);
        done.SetResult(1);
        (await EndedAsync(service, "job")).Attempt.ShouldBe(3);
    }

    [Fact]
    public async Task Without_its_store_a_worker_goes_on_until_its_lease_runs_out_and_no_longer()
    {
        TaskCompletionSource begun = new(), stopped = new();
        JobService service = await _stack.AddServiceAsync(0, async (_, context) =>
        {
            begun.SetResult();
            context.Cancellation.Register(stopped.SetResult);
            await Task.Delay(Timeout.Infinite, context.Cancellation);
            return 0;
        });
        await service.Jobs.SubmitAsync(JobStack.Submission("job", 1), CancellationToken.None);
        await begun.Task;
        await _stack.Sidecar.DisposeAsync();
        DateTimeOffset away = service.Time.GetUtcNow();
        await service.PassUntilAsync(() => Task.FromResult(stopped.Task.IsCompleted));
        (service.Time.GetUtcNow() - away).ShouldBeGreaterThan(TimeSpan.FromSeconds(8));
    }

    [Fact]
    public async Task Of_writers_with_the_same_etag_one_writes_and_the_others_read_again()
    {
        JobService one = await _stack.AddServiceAsync(0, (_, _) => Task.FromResult(0)), other = await _stack.AddServiceAsync(1, (_, _) => Task.FromResult(0));
        await one.Jobs.SubmitAsync(JobStack.Submission("job", 1), CancellationToken.None);
        long before = (await EndedAsync(one, "job")).Kept;
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? one : other).Store.ChangeAsync(
            "job", record => record! with { Kept = record.Kept + 1 }, CancellationToken.None)));
        ((await RecordAsync(one, "job")).Kept - before).ShouldBe(20);
    }

    [Fact]
    public async Task Wide_work_waits_for_all_cores_and_narrow_work_that_came_later_waits_behind_it()
    {
        var order = new List<string>();
        var narrow = new TaskCompletionSource();
        JobService service = await _stack.AddServiceAsync(0, async (input, _) =>
        {
            lock (order)
                order.Add(input);
            if (input == "first")
                await narrow.Task;
            return 0;
        });
        foreach (string job in (string[])["first", "wide", "last"])
        {
            await service.Jobs.SubmitAsync(JobStack.Submission(job, 1, job), CancellationToken.None);
            if (job == "first")
                await service.PassUntilAsync(async () => (await RecordAsync(service, job)).State == JobState.Running);
        }
        order.ShouldBe(["first"]);
        narrow.SetResult();
        await EndedAsync(service, "last");
        order.ShouldBe(["first", "wide", "last"]);
    }

    private static async Task<JobRecord> RecordAsync(JobService service, string job) => (await service.Store.FindAsync(job, CancellationToken.None))!;

    private static async Task<JobRecord> EndedAsync(JobService service, string job)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (!(await RecordAsync(service, job)).HasEnded)
            await Task.Delay(10, limit.Token);
        return await RecordAsync(service, job);
    }
}
