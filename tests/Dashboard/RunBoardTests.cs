using DaprHep.Gateway;
using DaprHep.Gateway.Dashboard;
using DaprHep.Hosting.Contracts;

namespace DaprHep.Dashboard.Tests;

/// <summary>What the gateway keeps of a run, and what it makes of it.</summary>
public sealed class RunBoardTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Messages_that_come_twice_or_late_change_nothing()
    {
        var board = new RunBoard();
        WorkRecord running = Work("a", "3", 0, 1, null), done = Work("a", "3", 0, 1, 2);
        var line = new LogLine(Start, "m/1", "info", "hello");
        var point = new TrainingPoint(1, 0.5, IsEpoch: false) { Loss = 0.7 };
        board.Take(Message(10) with { Work = [running], Log = [line], Points = [point] });
        board.Since(0, out long first);
        board.Take(Message(20) with { Work = [done], Log = [line], Points = [point] });
        board.Take(Message(10) with { Work = [running] });
        var (work, points, log) = board.Since(0, out _);
        work.ShouldBe([done]);
        (points.Count, log.Count).ShouldBe((1, 1));
        board.Steps.ShouldHaveSingleItem().Events.ShouldBe(20);
        board.Since(first, out long last).Work.ShouldBe([done]);
        board.Since(last, out _).Work.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_kept_of_a_run_is_bounded_and_epochs_outlast_steps()
    {
        var board = new RunBoard();
        for (int i = 0; i < 60; i++)
        {
            board.Take(Message(i + 1) with
            {
                Work = [.. Enumerable.Range(0, 1000).Select(n => Work($"{i}-{n}", "1", 0, 1, 2))],
                Points = [.. Enumerable.Range(0, 200).Select(n => new TrainingPoint(1, ((i * 200) + n) / 12_000.0, IsEpoch: n == 0))],
                Log = [.. Enumerable.Range(0, 50).Select(n => new LogLine(Start.AddSeconds((i * 50) + n), "m/1", "info", "x"))],
            });
        }
        var (work, points, log) = board.Since(0, out _);
        work.Count.ShouldBe(50_000);
        points.Count.ShouldBeInRange(1000, 4000);
        points.Count(point => point.IsEpoch).ShouldBe(60);
        log.Count.ShouldBe(500);
    }

    [Fact]
    public void Of_a_long_training_points_are_kept_from_its_first_epoch_to_its_last_without_a_gap_that_shows()
    {
        var board = new RunBoard();
        foreach (int[] epochs in Enumerable.Range(1, 100_000).Chunk(300))
        {
            board.Take(Message(epochs[^1]) with { Points = [.. epochs.Select(epoch => new TrainingPoint(epoch, epoch / 100_000.0, IsEpoch: true))] });
        }
        var (_, points, _) = board.Since(0, out _);
        points.Count.ShouldBeInRange(1000, 4000);
        int[] kept = [.. points.Select(point => point.Epoch)];
        kept.ShouldBeInOrder();
        (kept[0], kept[^1]).ShouldBe((1, 100_000));
        kept.Zip(kept.Skip(1), (one, next) => next - one).Max().ShouldBeLessThanOrEqualTo(500);
    }

    [Fact]
    public void Pages_of_the_archive_bring_all_of_it_to_another_board_whatever_that_was_told()
    {
        var first = new RunBoard();
        first.Take(Message(10) with
        {
            Work = [.. Enumerable.Range(0, 1500).Select(n => Work($"{n}", $"{n}", 0, 1, null))],
            Log = [Line(1), Line(3)],
            Points = [new TrainingPoint(1, 0.5, IsEpoch: false)],
        });
        List<(int Page, BoardPage Content)> pages = first.PagesSince(0, out long kept);
        pages[^1].Content.Pages!.Keys.Order().ShouldBe(pages.Select(page => page.Page).Order());
        pages.Count(page => page.Content.Work is not null).ShouldBe(2);
        first.PagesSince(kept, out _).ShouldBeEmpty();

        var second = new RunBoard();
        WorkRecord ended = Work("7", "7", 0, 1, 2);
        second.Take(Message(30) with { Work = [ended], Log = [Line(2)] });
        second.Take(Message(5) with { Source = "another" });
        for (int time = 0; time < 2; time++)
        {
            foreach ((_, BoardPage page) in pages)
                second.Take(page);
        }
        var (work, points, log) = second.Since(0, out long last);
        work.Count.ShouldBe(1500);
        work.Single(one => one.Id == "7").ShouldBe(ended);
        points.Count.ShouldBe(1);
        log.ShouldBe([Line(1), Line(2), Line(3)]);
        second.Steps.ShouldHaveSingleItem().Events.ShouldBe(35);

        // Only what has changed is kept again.
        first.Take(Message(20));
        first.PagesSince(kept, out _).ShouldHaveSingleItem().Content.Steps!["convert"].Sources.ShouldBe(new Dictionary<string, long> { ["source"] = 20 });
        second.Since(last, out _).Work.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0, 1, 2, 10, "orchestration")]
    [InlineData(0, 8, 10, 10, "too few cores")]
    [InlineData(0, 0, 10, 10, "computation")]
    public void What_bound_a_step_is_said_in_words(double taken, double started, double ended, double seconds, string words)
    {
        WorkRecord[] work = [Work("a", "1", taken, started, ended), Work("b", "2", taken, started, ended)];
        Workload workload = Workload.Of(RunWith(seconds), work, Start.AddSeconds(seconds));
        WorkloadStage stage = workload.Stages.ShouldHaveSingleItem();
        stage.BoundBy.ShouldStartWith(words);
        stage.OrchestrationSeconds.ShouldBe(seconds - (ended - taken), 1e-6);
        WorkloadReplica replica = stage.Replicas.ShouldHaveSingleItem();
        replica.WallSeconds.ShouldBe(ended - started, 1e-6);
        replica.BusySeconds.ShouldBe(2 * (ended - started), 1e-6);
        replica.QueueSeconds.ShouldBe(2 * (started - taken), 1e-6);
        replica.ProcessorSeconds.ShouldBe(20);
    }

    [Fact]
    public void Ranks_of_a_training_are_told_beside_the_job_that_waits_for_them()
    {
        WorkRecord job = new("job", "job train", "trainer/1", "done", Start) { Attempt = 1, Started = Start, Ended = Start.AddSeconds(10) };
        WorkRecord[] ranks =
        [
            .. Enumerable.Range(0, 3).Select(rank => new WorkRecord($"rank {rank}", "rank", $"node/{rank}", "done", Start.AddSeconds(1))
            {
                Of = "job", Part = $"{rank}", Started = Start.AddSeconds(1), Ended = Start.AddSeconds(9), ProcessorStarted = 1, ProcessorEnded = 8,
                Seconds = new Dictionary<string, double> { ["kernel"] = 2, ["all-reduce"] = 5 }, GpuUse = 0.25 * rank, GpuMemory = 1000 * rank,
            }),
        ];
        WorkloadStage stage = Workload.Of(RunWith(10, Steps.Train), [job, .. ranks], Start.AddSeconds(10)).Stages.ShouldHaveSingleItem();
        (stage.Works, stage.Replicas.Count).ShouldBe((1, 4));
        stage.BoundBy.ShouldBe("summing gradients over ranks: 62 % of the work's time, 2.6 cores busy, GPU busy for 25 %");
        WorkloadReplica last = stage.Replicas.Single(replica => replica.Process == "node/2");
        (last.Seconds["all-reduce"], last.GpuUse, last.GpuMemory, last.ProcessorSeconds).ShouldBe((5, 0.5, 2000, 7));
    }

    [Theory]
    [InlineData(3, "computation")]
    [InlineData(9, "its largest part, which ran for 6.0 of 9.0 s")]
    public void A_part_bounds_its_step_only_where_it_outlasts_all_others(double longest, string words)
    {
        WorkRecord[] work = [Work("a", "1", 0, 0, 3), Work("b", "2", 0, 0, 3), Work("c", "3", 0, 0, longest)];
        Workload.Of(RunWith(longest), work, Start.AddSeconds(longest)).Stages.ShouldHaveSingleItem().BoundBy.ShouldStartWith(words);
    }

    private static RunState RunWith(double seconds, string step = Steps.Convert) =>
        new("run", "completed", step, null, Start, Start.AddSeconds(seconds), null, null, null)
        {
            Steps = [step],
            Timings = [new StepTiming(step, seconds, 100)],
        };

    private static LogLine Line(int second) => new(Start.AddSeconds(second), "m/1", "info", "x");

    private static ProgressMessage Message(long events) => new("run", Steps.Convert, "source", events, 100, "");

    private static WorkRecord Work(string id, string part, double taken, double started, double? ended) =>
        new(id, "ConvertPartition", "m/1", ended is null ? "running" : "done", Start.AddSeconds(taken))
        {
            Part = part, Started = Start.AddSeconds(started), Ended = ended is { } end ? Start.AddSeconds(end) : null,
            ProcessorStarted = 5, ProcessorEnded = ended is null ? null : 25,
        };
}
