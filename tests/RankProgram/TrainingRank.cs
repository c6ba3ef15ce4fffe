using System.Globalization;
using System.Runtime.InteropServices;
using DaprHep.Data.Objects;
using DaprHep.Learning.Checkpoints;
using DaprHep.Learning.Distributed;
using DaprHep.Learning.Training;

namespace DaprHep.RankProgram;

/// <summary>Ranks that train.</summary>
internal static class TrainingRank
{
    /// <summary>
    /// Trains on this rank's share. Leaves the ids of each epoch's events in <c>census-RANK</c>, and, from rank 0, the last weights and
    /// the losses of the epochs.
    /// </summary>
    internal static async Task Train(TrainingPlan plan, RankGroup group, CancellationToken cancellation)
    {
        var data = plan.Data(new RankShare(group.Rank, group.Size).RowsOf);
        var store = ObjectStore.Open(plan.Folder);
        await using var census = new StreamWriter(Path.Combine(plan.Folder, $"census-{group.Rank}"));
        var progress = new TrainingProgress
        {
            Batch = rows =>
            {
                foreach (var row in rows)
                    census.Write(string.Create(CultureInfo.InvariantCulture, $"{data.Train.Ids.Span[row]} "));
                Thread.Sleep(plan.Pause);
            },
            Epoch = _ => census.WriteLine(),
            Step = group.Rank == 0 ? metrics => Console.WriteLine($"step {metrics.Step} loss {metrics.Loss:R} auc {metrics.Auc:R}") : null,
        };
        using var outcome = TrainingLoop.Run(
            data, TrainingPlan.Classes, plan.Options, progress, new CheckpointStore(store, "checkpoints"), group, cancellation).Model;
        if (group.Rank > 0)
            return;
        var weights = outcome.ExportWeights().SelectMany(weight => weight.Values).ToArray();
        var bytes = MemoryMarshal.AsBytes(weights.AsSpan()).ToArray();
        await File.WriteAllBytesAsync(Path.Combine(plan.Folder, "weights"), bytes, cancellation);
    }

    /// <summary>Launches ranks, so that a test can kill their launcher.</summary>
    internal static async Task<int> LaunchAsync(string[] arguments)
    {
        await new LocalProcesses([Environment.ProcessPath!, typeof(TrainingRank).Assembly.Location]).RunAsync(new RankLaunch(2, arguments)
        {
            Output = line => Console.WriteLine(line),
        });
        return 0;
    }
}
