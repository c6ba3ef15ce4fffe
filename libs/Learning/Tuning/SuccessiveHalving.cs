namespace DaprHep.Learning.Tuning;

/// <summary>
/// Asynchronous successive halving (Li et al., arXiv:1810.05934): a trial that has reached a rung goes on to the next as soon as it is
/// among the best 1/η of all that have reached it. Nobody waits for the others.
/// </summary>
internal static class SuccessiveHalving
{
    /// <summary>The epochs of the rungs: the last has all, each before it 1/η of the next, rounded up.</summary>
    internal static int[] Rungs(int epochs, int rungs, int reduction)
    {
        var all = new List<int> { epochs };
        while (all.Count < rungs && all[0] > 1)
            all.Insert(0, (all[0] + reduction - 1) / reduction);
        return [.. all];
    }

    /// <summary>The trial that should go on, from the highest rung where one should; null for none.</summary>
    internal static Trial? Promotable(IReadOnlyList<Trial> trials, int rungs, int reduction)
    {
        for (var rung = rungs - 2; rung >= 0; rung--)
        {
            // A failure has reached the rung it failed on the way to: it is worse than all others.
            var reached = trials.Where(trial => trial.Rungs.Count > rung
                && (trial.Rungs[rung].Auc is not null || trial.State == TrialState.Failed)).ToArray();
            var best = reached.Where(trial => trial.Rungs[rung].Auc is not null)
                .OrderByDescending(trial => trial.Rungs[rung].Auc).ThenBy(trial => trial.Id).Take(reached.Length / reduction);
            if (best.FirstOrDefault(trial => trial.State == TrialState.Paused && trial.Rungs.Count == rung + 1) is { } promotable)
                return promotable;
        }

        return null;
    }
}
