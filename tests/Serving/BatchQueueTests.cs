using DaprHep.Learning.Inference;
using DaprHep.Serving.Http;
using DaprHep.Serving.Models;

namespace DaprHep.Serving.Tests;

/// <summary>Requests that come together are computed together, and nobody notices but the cores.</summary>
public sealed class BatchQueueTests
{
    [Fact]
    public async Task Requests_that_come_together_share_batches_and_each_gets_its_own_answer()
    {
        const int Requests = 300;
        using var folder = new ModelFolder("inclusive");
        var budget = new MemoryBudget(new ServingLimits());
        var queue = new BatchQueue(folder.Predictor, places: 0);
        EventBuffer[] buffers = [.. Enumerable.Range(0, Requests).Select(i => BufferOf(budget, i % ModelFolder.Events.Count, 1 + (i % 3)))];
        await Task.WhenAll(buffers.Select(buffer => queue.PredictAsync(buffer).AsTask()));
        for (int i = 0; i < Requests; i++)
        {
            RawEvents own = ModelFolder.Events.Select([.. Enumerable.Repeat(i % ModelFolder.Events.Count, 1 + (i % 3))]);
            buffers[i].Probabilities(3).ToArray().ShouldBe(DaprHep.Inference.Tests.Models.Predict(folder.Predictor, own), 1e-6);
        }
        queue.Done.Events.ShouldBe(buffers.Sum(buffer => (long)buffer.Count));
        queue.Done.Batches.ShouldBeLessThan(Requests);
    }

    [Fact]
    public async Task A_request_that_finds_a_free_place_is_computed_on_the_spot()
    {
        using var folder = new ModelFolder("inclusive");
        var queue = new BatchQueue(folder.Predictor, places: 1);
        EventBuffer buffer = BufferOf(new MemoryBudget(new ServingLimits()), 3, 2);
        queue.PredictAsync(buffer).AsTask().IsCompletedSuccessfully.ShouldBeTrue();
        buffer.Probabilities(3).ToArray().ShouldBe(DaprHep.Inference.Tests.Models.Predict(folder.Predictor, ModelFolder.Events.Select(3, 3)), 1e-6);
        buffer.Particles[5] = float.NaN;
        await Should.ThrowAsync<PredictionInputException>(async () => await queue.PredictAsync(buffer));
        queue.Done.ShouldBe((1, 2));
    }

    [Fact]
    public async Task One_bad_event_fails_its_own_request_only()
    {
        using var folder = new ModelFolder("inclusive");
        var budget = new MemoryBudget(new ServingLimits());
        var queue = new BatchQueue(folder.Predictor, places: 0);
        EventBuffer[] buffers = [.. Enumerable.Range(0, 40).Select(i => BufferOf(budget, i, 2))];
        buffers[17].Particles[(buffers[17].Offsets[1] * 19) + 3] = float.NaN;
        Task[] tasks = [.. buffers.Select(buffer => queue.PredictAsync(buffer).AsTask())];
        PredictionInputException bad = await Should.ThrowAsync<PredictionInputException>(() => tasks[17]);
        (bad.Event, bad.Field).ShouldBe((1, "particles[0][3]"));
        await Task.WhenAll(tasks.Where((_, i) => i != 17));
    }

    [Fact]
    public async Task Memory_of_large_requests_is_given_back_and_never_more_is_held_than_allowed()
    {
        var budget = new MemoryBudget(new ServingLimits { MostBufferedBytes = 4 << 20 });
        EventBuffer buffer = budget.Rent();
        RequestProblem problem = Should.Throw<RequestProblem>(() =>
        {
            while (true)
                buffer.AddEvent();
        });
        problem.Status.ShouldBe(429);
        budget.Taken.ShouldBeInRange(1 << 20, 4 << 20);
        budget.Return(buffer);
        budget.Taken.ShouldBe(0);
        await Parallel.ForAsync(0, 2000, (_, _) =>
        {
            EventBuffer own = budget.Rent();
            own.Count.ShouldBe(0);
            own.AddEvent();
            budget.Return(own);
            return ValueTask.CompletedTask;
        });
        budget.Taken.ShouldBeLessThan(4 << 20);
    }

    private static EventBuffer BufferOf(MemoryBudget budget, int index, int times)
    {
        EventBuffer buffer = budget.Rent();
        RawEvents one = ModelFolder.Events.Select(index);
        for (int i = 0; i < times; i++)
            buffer.Add(one.Hlf, one.Particles, one.Offsets);
        return buffer;
    }
}
