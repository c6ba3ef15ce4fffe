using DaprHep.Hosting.Contracts;

namespace DaprHep.Gateway.Dashboard;

/// <summary>What a run took, stage by stage and process by process, and what each stage was bound by.</summary>
/// <param name="Run">Name of the run.</param>
/// <param name="Status">Its state.</param>
/// <param name="Seconds">Seconds from its acceptance to its end, or until now.</param>
/// <param name="Stages">The steps that have begun, in order.</param>
/// <param name="Timeline">Every attempt at an activity or a job, and every rank, by the time at which a process got it.</param>
internal sealed record Workload(
    string Run, string Status, double Seconds, IReadOnlyList<WorkloadStage> Stages, IReadOnlyList<WorkloadSpan> Timeline)
{
    /// <summary>The workload of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="work">What processes have told of their work.</param>
    /// <param name="now">The time.</param>
    public static Workload Of(RunState run, IReadOnlyList<WorkRecord> work, DateTimeOffset now)
    {
        DateTimeOffset end = run.HasEnded ? run.UpdatedAt : now;
        WorkRecord[] sorted = [.. work.OrderBy(one => one.Taken)];
        return new Workload(
            run.Run, run.Status, Rounded((end - run.CreatedAt).TotalSeconds),
            [.. (run.Steps ?? []).Select(step => StageOf(step, run, [.. sorted.Where(one => Steps.OfWork(one.Work) == step)], end)).OfType<WorkloadStage>()],
            [.. sorted.Select(one => new WorkloadSpan(
                Steps.OfWork(one.Work) ?? "", one.Work, one.Part, one.Process, one.State,
                Rounded((one.Taken - run.CreatedAt).TotalSeconds),
                Rounded(((one.Started ?? one.Ended ?? end) - run.CreatedAt).TotalSeconds),
                Rounded(((one.Ended ?? end) - run.CreatedAt).TotalSeconds)))]);
    }

    internal static double Rounded(double seconds) => Math.Round(seconds, 3);

    private static WorkloadStage? StageOf(string step, RunState run, WorkRecord[] work, DateTimeOffset end)
    {
        StepTiming? timing = run.Timings?.FirstOrDefault(timing => timing.Step == step);
        if (timing is null && work.Length == 0)
            return null;
        double told = work.Length > 0 ? (work.Max(one => one.Ended ?? end) - work[0].Taken).TotalSeconds : 0;
        double seconds = timing?.Seconds ?? told;
        double covered = Union(work.Select(one => (one.Taken, one.Ended ?? end)));
        double orchestration = Math.Max(0, seconds - covered);
        return new WorkloadStage(
            step, Rounded(seconds), timing?.Events ?? 0, work.Count(one => one.Of is null), Rounded(orchestration), ReplicasOf(work, end),
            WorkloadWords.Of(seconds, orchestration, work, end));
    }

    /// <summary>What each process did.</summary>
    internal static WorkloadReplica[] ReplicasOf(IEnumerable<WorkRecord> work, DateTimeOffset end) =>
        [.. work.GroupBy(one => one.Process).Select(own => ReplicaOf(own.Key, [.. own], end))];

    /// <summary>Seconds in which at least one of some was under way and had its core.</summary>
    internal static double UnderWay(IEnumerable<WorkRecord> work, DateTimeOffset end) =>
        Union(work.Where(one => one.Started is not null).Select(one => (one.Started!.Value, one.Ended ?? end)));

    private static WorkloadReplica ReplicaOf(string process, WorkRecord[] work, DateTimeOffset end)
    {
        WorkRecord[] began = [.. work.Where(one => one.Started is not null)];
        var seconds = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach ((string kind, double spent) in work.SelectMany(one => one.Seconds ?? new Dictionary<string, double>()))
            seconds[kind] = Rounded(seconds.GetValueOrDefault(kind) + spent);
        double? first = began.Min(one => one.ProcessorStarted), last = began.Max(one => one.ProcessorEnded);
        return new WorkloadReplica(
            process,
            work.Length,
            Rounded(UnderWay(began, end)),
            Rounded(began.Sum(one => ((one.Ended ?? end) - one.Started!.Value).TotalSeconds)),
            Rounded(work.Sum(one => ((one.Started ?? one.Ended ?? end) - one.Taken).TotalSeconds)),
            last - first is { } used && used >= 0 ? Rounded(used) : null,
            seconds,
            work.Sum(one => one.BytesIn ?? 0),
            work.Sum(one => one.BytesOut ?? 0),
            work.Max(one => one.Memory),
            work.Average(one => one.GpuUse),
            work.Max(one => one.GpuMemory));
    }

    // Seconds in which at least one of the intervals was under way.
    private static double Union(IEnumerable<(DateTimeOffset From, DateTimeOffset To)> intervals)
    {
        double seconds = 0;
        DateTimeOffset until = DateTimeOffset.MinValue;
        foreach ((DateTimeOffset from, DateTimeOffset to) in intervals.OrderBy(interval => interval.From))
        {
            if (to <= until)
                continue;
            seconds += (to - (from > until ? from : until)).TotalSeconds;
            until = to;
        }
        return seconds;
    }
}

/// <summary>A step of a run.</summary>
/// <param name="Step">Its name.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="Events">Events that it worked on.</param>
/// <param name="Works">Attempts at activities and jobs; the ranks of a job do not count.</param>
/// <param name="OrchestrationSeconds">Wall time in which none of them was under way: scheduling, messages, turns of the workflow.</param>
/// <param name="Replicas">The processes that worked on it.</param>
/// <param name="BoundBy">What it was bound by, in words.</param>
internal sealed record WorkloadStage(
    string Step, double Seconds, long Events, int Works, double OrchestrationSeconds, IReadOnlyList<WorkloadReplica> Replicas, string BoundBy);

/// <summary>What a process did for a step.</summary>
/// <param name="Process">Machine and process id.</param>
/// <param name="Works">Attempts at activities and jobs.</param>
/// <param name="WallSeconds">Wall time in which at least one of them had a core.</param>
/// <param name="BusySeconds">Their times with a core, added up.</param>
/// <param name="QueueSeconds">Their times without one, added up.</param>
/// <param name="ProcessorSeconds">Processor time of the whole process meanwhile, with what it did for other runs; null where it was not told.</param>
/// <param name="Seconds">Their times by kind of work, as far as they are measured; of work on several threads, of all of them.</param>
/// <param name="BytesIn">Bytes read from input files and of the objects of the store that were read.</param>
/// <param name="BytesOut">Bytes written to the object store.</param>
/// <param name="Memory">Memory of the process at the end of its largest, in bytes.</param>
/// <param name="GpuUse">The part of the time in which its GPU was busy, from 0 to 1; null where it had none.</param>
/// <param name="GpuMemory">Memory of the GPU in use at most, of all its processes, in bytes.</param>
internal sealed record WorkloadReplica(
    string Process, int Works, double WallSeconds, double BusySeconds, double QueueSeconds, double? ProcessorSeconds,
    IReadOnlyDictionary<string, double> Seconds, long BytesIn, long BytesOut, long? Memory,
    double? GpuUse, long? GpuMemory);

/// <summary>An attempt at an activity or a job; times in seconds since the run was accepted.</summary>
/// <param name="Step">The step it belongs to.</param>
/// <param name="Work">The activity, <c>job KIND</c>, or <c>rank</c>.</param>
/// <param name="Part">Which part of a fan-out it is.</param>
/// <param name="Process">The process that had it.</param>
/// <param name="State">How it ended.</param>
/// <param name="Taken">When the process got it.</param>
/// <param name="Started">When it had a core.</param>
/// <param name="Ended">When it ended.</param>
internal sealed record WorkloadSpan(
    string Step, string Work, string? Part, string Process, string State, double Taken, double Started, double Ended);
