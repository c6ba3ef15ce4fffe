using DaprHep.Learning.Inference;
using DaprHep.Serving.Models;

namespace DaprHep.Serving.Tests;

/// <summary>What takes long is computed in parts by threads of its own.</summary>
public sealed class BulkThreadsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(257)]
    [InlineData(100_000)]
    public async Task Every_event_is_in_one_part_and_none_is_computed_by_the_thread_pool(int events)
    {
        int[] times = new int[events];
        int pooled = 0;
        await BulkThreads.PredictAsync(events, (first, end) =>
        {
            Interlocked.Add(ref pooled, Thread.CurrentThread.IsThreadPoolThread ? 1 : 0);
            for (int i = first; i < end; i++)
                times[i]++;
        });
        times.ShouldAllBe(count => count == 1);
        pooled.ShouldBe(0);
    }

    [Fact]
    public async Task A_bad_event_is_counted_from_the_first_of_all_and_all_parts_have_ended_when_it_is_told()
    {
        int ended = 0;
        PredictionInputException problem = await Should.ThrowAsync<PredictionInputException>(() => BulkThreads.PredictAsync(10_000, (first, end) =>
        {
            Interlocked.Increment(ref ended);
            if (first <= 5000 && 5000 < end)
                throw new PredictionInputException(5000 - first, "hlf[3]", "is NaN");
        }));
        (problem.Event, problem.Field).ShouldBe((5000, "hlf[3]"));
        problem.Message.ShouldBe("events[5000].hlf[3] is NaN");
        ended.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task Requests_that_hold_all_the_threads_do_not_hold_the_pool()
    {
        using var release = new ManualResetEventSlim();
        Task[] bulk = [.. Enumerable.Range(0, 4 * Environment.ProcessorCount).Select(_ => BulkThreads.PredictAsync(300, (_, _) => release.Wait()))];
        using var folder = new ModelFolder();
        await using Server server = await Server.StartAsync(folder.Path);
        for (int i = 0; i < 50; i++)
            (await server.PredictAsync("hlf", Server.BodyOf(ModelFolder.Events.Select(i)))).Status.ShouldBe(System.Net.HttpStatusCode.OK);
        bulk.ShouldAllBe(task => !task.IsCompleted);
        release.Set();
        await Task.WhenAll(bulk);
    }
}
