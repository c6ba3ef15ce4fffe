using DaprHep.Learning.Distributed;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Benchmarks.Learning;

/// <summary>
/// inclusive, <c>standard</c> features: two ranks against one, each computing in one thread, all with the same two cores. Rates are by the
/// clock: what ranks lose by waiting for one another takes no processor time. At every step ranks go at the pace of the slowest, so that
/// whatever slows one core, such as a neighbour of a virtual machine, slows both. What counts is therefore the fastest of fifty short
/// epochs, in the best round of each; medians are printed too. Two trainings that know nothing of one another show what two cores of this
/// machine give at most: they share its caches, memory and power.
/// </summary>
internal static class RankContest
{
    private const int Events = 512, Epochs = 160, WarmUp = 40;

    // Of the first two cores, the system chooses; threads that send and receive find the one that is free.
    private static readonly string[] Start =
        ["taskset", "-c", "0,1", Environment.ProcessPath!, RankProcess.Verb];

    /// <summary>The ranks take turns with the one, and the median ratio counts.</summary>
    internal static async Task RunAsync(int rounds, SpeedTable table)
    {
        List<RankPace> one = [], two = [];
        List<double> apart = [];
        for (var round = 0; round < rounds; round++)
        {
            one.Add(await PaceOfAsync(1));
            two.Add(await PaceOfAsync(2));
            apart.Add((await Task.WhenAll(PaceOfAsync(1), PaceOfAsync(1))).Sum(pace => pace.EventsPerSecond));
            Console.Error.WriteLine(
                $"ranks, round {round + 1} of {rounds}: one {one[^1].EventsPerSecond:N0}/s (undisturbed "
                + $"{one[^1].UndisturbedEventsPerSecond:N0}), two {two[^1].EventsPerSecond:N0}/s (undisturbed "
                + $"{two[^1].UndisturbedEventsPerSecond:N0}), two trainings apart {apart[^1]:N0}/s");
        }

        var best = one.Max(pace => pace.UndisturbedEventsPerSecond);
        var bestOfTwo = two.Max(pace => pace.UndisturbedEventsPerSecond);
        table.Add(new SpeedRow(
            $"inclusive, standard, batch {InclusiveContest.Batch}, two ranks, two cores, undisturbed", "one rank, the same cores",
            best, bestOfTwo, bestOfTwo / best, 1.6));
        var withAll = RankPace.Middle(one.Zip(two, (single, pair) => single.Clock / pair.Clock));
        table.Explain(
            $"median epochs, with all that came between: {RankPace.Median(two).EventsPerSecond:N0} events/s, {withAll:F2} × one rank");
        table.Explain($"one rank: {InWords(RankPace.Median(one))}");
        table.Explain($"each of two ranks: {InWords(RankPace.Median(two))}");
        var most = RankPace.Middle(apart.Zip(one, (both, single) => both / single.EventsPerSecond));
        table.Explain($"two trainings apart, at the same time: {RankPace.Middle(apart):N0} events/s together, {most:F2} × one rank alone");
    }

    /// <summary>What a rank does: trains on its share; rank 0 prints where the time of all went.</summary>
    internal static Task TrainAsync(RankGroup group, CancellationToken cancellation)
    {
        var all = ToyEvents.DrawWithParticles(Events, InclusiveContest.Features, InclusiveContest.Classes);
        var (first, end) = new RankShare(group.Rank, group.Size).RowsOf(Events);
        var data = new TrainingData(Part(all, first, end), Part(all, 0, 0));
        var options = new TrainingOptions { Model = InclusiveModel.ModelName, BatchSize = InclusiveContest.Batch, Epochs = Epochs };
        var watch = new RankPace.Watch(Events);
        using var model = TrainingLoop.Run(
            data, InclusiveContest.Classes, options, new TrainingProgress { Epoch = Lap }, null, group.Size > 1 ? group : null,
            cancellation).Model;
        var sums = watch.Median().ToArray();
        group.AllReduce(sums);
        if (group.Rank == 0)
            Console.WriteLine(RankPace.MeanOf(sums, group.Size));
        return Task.CompletedTask;

        // In the first seconds the runtime's compiler has a share of the core.
        void Lap(EpochReport epoch)
        {
            if (epoch.Epoch >= WarmUp)
                watch.Lap();
        }
    }

    private static string InWords(RankPace pace) =>
        $"{pace.Clock:F0} µs an event: {pace.Compute:F0} computing, {pace.Queue:F0} in the queue for its core, {pace.Blocked:F0} waiting; "
        + $"{pace.Beside:F0} in threads beside it";

    private static async Task<RankPace> PaceOfAsync(int ranks)
    {
        RankPace pace = default;
        var launcher = new LocalProcesses(Start);
        await launcher.RunAsync(new RankLaunch(ranks, []) { Output = line => pace = RankPace.Parse(line) });
        return pace;
    }

    private static LabelledEvents Part(LabelledEvents events, int first, int end)
    {
        var particles = events.Particles!;
        var features = events.Features[(first * events.FeatureCount)..(end * events.FeatureCount)];
        return new LabelledEvents(
            features, events.Labels[first..end], events.FeatureCount,
            new ParticleSequences(particles.Values, particles.Offsets[first..(end + 1)], default));
    }
}
