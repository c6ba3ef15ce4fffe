using System.Globalization;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.News;

namespace DaprHep.Gateway.Dashboard;

/// <summary>Says what a step was bound by: the first of these that explains its time.</summary>
internal static class WorkloadWords
{
    private const double Most = 0.5;
    private const double Nearly = 0.8;

    private static readonly Dictionary<string, string> Kinds = new()
    {
        [WorkMeter.InputOutput] = "reading and writing objects of the store",
        [WorkMeter.Inflate] = "reading and decompressing input files",
        [WorkMeter.Physics] = "physics",
        [WorkMeter.Kernel] = "the model's computation",
        [WorkMeter.AllReduce] = "summing gradients over ranks",
    };

    public static string Of(double seconds, double orchestration, WorkRecord[] all, DateTimeOffset now)
    {
        if (all.Length == 0)
            return "nothing was told of its work";
        double queue = all.Sum(one => ((one.Started ?? one.Ended ?? now) - one.Taken).TotalSeconds);
        // A job whose ranks work only waits for them.
        HashSet<string?> waiting = [.. all.Select(one => one.Of)];
        WorkRecord[] work = [.. all.Where(one => !waiting.Contains(one.Id))];
        WorkloadReplica[] replicas = Workload.ReplicasOf(work, now);
        double busy = replicas.Sum(replica => replica.BusySeconds), wall = Workload.UnderWay(work, now);
        double? processor = replicas.All(replica => replica.ProcessorSeconds is not null) ? replicas.Sum(replica => replica.ProcessorSeconds) : null;
        if (seconds > 0 && orchestration > Most * seconds)
            return Text($"orchestration: for {100 * orchestration / seconds:F0} % of the time no work was under way");
        if (queue > busy)
            return Text($"too few cores: parts waited {queue:F1} s for one, longer than the {busy:F1} s that they ran; more replicas would take them");
        double launching = Workload.UnderWay(all, now) - wall;
        if (work.Length < all.Length && launching > Most * seconds)
            return Text($"starting ranks: they were at work for {wall:F1} s and started or ended for {launching:F1} s");
        WorkRecord longest = work.MaxBy(one => one.Started is { } started ? (one.Ended ?? now) - started : TimeSpan.Zero)!;
        double alone = wall - Workload.UnderWay(work.Where(one => one != longest), now);
        if (work.Length > 2 && alone > Most * wall)
            return Text($"its largest part, which ran for {alone:F1} of {wall:F1} s while all others were done");
        (string kind, double spent) = replicas.SelectMany(replica => replica.Seconds).GroupBy(one => one.Key)
            .Select(kind => (kind.Key, kind.Sum(one => one.Value))).OrderByDescending(kind => kind.Item2).FirstOrDefault(("", 0.0));
        string cores = processor is { } used && wall > 0 ? Text($", {used / wall:F1} cores busy") : "";
        string gpu = replicas.Average(replica => replica.GpuUse) is { } use ? Text($", GPU busy for {100 * use:F0} %") : "";
        if (busy > 0 && spent > Most * busy && Kinds.TryGetValue(kind, out string? words))
            return Text($"{words}: {Math.Min(100, 100 * spent / busy):F0} % of the work's time{cores}{gpu}");
        if (processor is null && spent == 0)
            return "work under way, which is measured when it ends";
        if (processor is { } computed && computed > Nearly * busy)
            return Text($"computation{cores}");
        return Text($"waiting, for storage, the network or cores that others use{cores}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
