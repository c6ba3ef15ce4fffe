using System.Globalization;
using DaprHep.Learning.Distributed;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Benchmarks.Learning;

/// <summary>
/// inclusive, <c>standard</c> features: two ranks on two cores against one rank on one, each with one thread. Rates are by the clock: what
/// ranks lose by waiting for one another takes no processor time.
/// </summary>
internal static class RankContest
{
    private const int Events = 4096, Epochs = 5;

    /// <summary>The ranks take turns with the one, and the median ratio counts.</summary>
    internal static async Task RunAsync(int rounds, SpeedTable table)
    {
        List<double> one = [], two = [], ratios = [];
        for (var round = 0; round < rounds; round++)
        {
            one.Add(await RateOfAsync(1));
            two.Add(await RateOfAsync(2));
            ratios.Add(two[^1] / one[^1]);
            Console.Error.WriteLine($"ranks, round {round + 1} of {rounds}: one {one[^1]:N0}/s, two {two[^1]:N0}/s");
        }

        table.Add(new SpeedRow(
            $"inclusive, standard, batch {InclusiveContest.Batch}, two ranks on two cores, by the clock", "one rank on one core",
            Median(one), Median(two), Median(ratios), 1.6));
    }

    /// <summary>What a rank does: trains on its share and, being rank 0, prints events a second of the epochs after the first.</summary>
    internal static Task TrainAsync(RankGroup group, CancellationToken cancellation)
    {
        var all = ToyEvents.DrawWithParticles(Events, InclusiveContest.Features, InclusiveContest.Classes);
        var (first, end) = new RankShare(group.Rank, group.Size).RowsOf(Events);
        var data = new TrainingData(Part(all, first, end), Part(all, 0, 0));
        var options = new TrainingOptions { Model = InclusiveModel.ModelName, BatchSize = InclusiveContest.Batch, Epochs = Epochs };
        using var model = TrainingLoop.Run(
            data, InclusiveContest.Classes, options, new TrainingProgress { Epoch = Print }, null, group.Size > 1 ? group : null,
            cancellation).Model;
        return Task.CompletedTask;

        void Print(EpochReport epoch)
        {
            if (group.Rank == 0 && epoch.Epoch > 1)
                Console.WriteLine(epoch.EventsPerSecond.ToString("R", CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Starts every rank on a core of its own.</summary>
    private static async Task<double> RateOfAsync(int ranks)
    {
        var rates = new List<double>();
        var launcher = new LocalProcesses(
            ["sh", "-c", "exec taskset -c \"$DAPRHEP_RANK\" \"$0\" \"$@\"", Environment.ProcessPath!, RankProcess.Verb]);
        await launcher.RunAsync(new RankLaunch(ranks, [])
        {
            Output = line => rates.Add(double.Parse(line, CultureInfo.InvariantCulture)),
        });
        return Median(rates);
    }

    private static LabelledEvents Part(LabelledEvents events, int first, int end)
    {
        var particles = events.Particles!;
        var features = events.Features[(first * events.FeatureCount)..(end * events.FeatureCount)];
        return new LabelledEvents(
            features, events.Labels[first..end], events.FeatureCount,
            new ParticleSequences(particles.Values, particles.Offsets[first..(end + 1)], default));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
