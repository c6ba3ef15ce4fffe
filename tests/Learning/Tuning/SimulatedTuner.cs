using DaprHep.Learning.Models;
using DaprHep.Learning.Tuning;

namespace DaprHep.Learning.Tests.Tuning;

/// <summary>Drives a study as a tuner with some places does, with results from a formula instead of trainings.</summary>
internal static class SimulatedTuner
{
    internal static void Drive(Study study, int places, Func<HyperParameters, int, double>? auc = null) =>
        Drive(study, places, run => (auc ?? Any)(run.Parameters, run.ToEpoch));

    internal static void Drive(Study study, int places, Func<int, double> aucOfTrial) =>
        Drive(study, places, run => aucOfTrial(run.Trial));

    internal static TrialResult Result(TrialRun run, double auc) => new(run.Trial, run.Rung, run.Fold)
    {
        Auc = auc,
        Loss = 1 - auc,
        Accuracy = auc,
        Seconds = run.ToEpoch - run.FromEpoch,
        Checkpoint = run.Name,
        Failure = double.IsNaN(auc) ? "the loss is NaN" : null,
    };

    /// <summary>Something between 0 and 1 that every point has its own of, better with more epochs.</summary>
    internal static double Any(HyperParameters parameters, int epochs)
    {
        var hash = parameters.ToString().Aggregate(17u, (sum, c) => sum * 31 + c);
        return 0.5 + 0.4 * (hash % 1009 / 1009.0) - 0.1 / epochs;
    }

    private static void Drive(Study study, int places, Func<TrialRun, double> auc)
    {
        var running = new Queue<TrialRun>();
        while (true)
        {
            foreach (var run in study.Propose(places - running.Count))
                running.Enqueue(run);
            if (running.Count == 0)
                return;
            var finished = running.Dequeue();
            study.Record(Result(finished, auc(finished)));
        }
    }
}
