using System.Globalization;
using System.Text.Json;
using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Learning.Tuning;

namespace DaprHep.Tuning;

/// <summary>One step of a search: results go in, proposals come out, and both are written before they are answered.</summary>
internal sealed class SearchStep(TuneModelInput tune, StudyObjects objects, IProgressSink progress)
{
    /// <summary>Does the step, or finds it done.</summary>
    /// <param name="step">Its number.</param>
    /// <param name="before">Gives the study as it was before.</param>
    /// <param name="results">What came of trials.</param>
    /// <param name="places">How many trials may begin.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public async Task<TrialProposals> DoAsync(
        int step, Func<Task<Study>> before, IReadOnlyList<JsonElement> results, int places, CancellationToken cancellation)
    {
        (Study study, IReadOnlyList<JsonElement> trials) = await objects.FindStepAsync(step, cancellation) ?? (await before(), []);
        if (trials.Count == 0)
        {
            foreach (JsonElement result in results)
                study.Record(result.Deserialize<TrialResult>(JsonSerializerOptions.Web)!);
            trials = [.. study.Propose(places).Select(run => new TrialAssignment(study.Options, run).ToJson())];
            await objects.WriteStepAsync(step, study, trials, cancellation);
            if (results.Count > 0)
                Report(study, results.Count);
        }
        await DeleteCheckpointsAsync(study, results, cancellation);
        long events = await EventsOfEpochAsync(cancellation) * study.EpochsSpent;
        return new TrialProposals(objects.Key, step, trials, study.IsDone, study.BestParameters?.ToJson(), events);
    }

    // Of trials that go no further; those of others at the end.
    private async Task DeleteCheckpointsAsync(Study study, IReadOnlyList<JsonElement> results, CancellationToken cancellation)
    {
        if (study.IsDone)
        {
            await objects.DeleteCheckpointsAsync(trial: null, cancellation);
            return;
        }
        foreach (JsonElement result in results)
        {
            Trial trial = study.Trials[result.Deserialize<TrialResult>(JsonSerializerOptions.Web)!.Trial];
            if (trial.State is TrialState.Completed or TrialState.Failed)
                await objects.DeleteCheckpointsAsync(trial.Id, cancellation);
        }
    }

    // Progress counts trainings; ASHA itself decides how many there will be.
    private void Report(Study study, int results)
    {
        string best = study.Best is { } trial
            ? string.Create(CultureInfo.InvariantCulture, $"; best AUC {trial.Auc:F4} (trial {trial.Id})")
            : "";
        int proposed = study.Trials.Sum(t => t.Rungs.Sum(rung => rung.Folds.Count));
        // A search that is done has no more to do, though it may have ended early.
        long expected = study.IsDone ? proposed : Math.Max(proposed, (long)study.MostTrials * study.Options.Folds);
        string early = study.IsDone && study.HasStoppedImproving ? $"; ended early, as the last {study.Options.Patience} results were no better" : "";
        progress.Report(new StepProgress(
            tune.Run, Steps.Tune, results, expected, $"trial {study.Trials.Count} of {study.MostTrials}, {study.EpochsSpent} epochs{best}{early}"));
    }

    private async Task<long> EventsOfEpochAsync(CancellationToken cancellation)
    {
        FeatureStatistics statistics = await ObjectStore.Open(tune.Store).ReadJsonAsync(
            tune.Statistics, StatisticsJson.Default.FeatureStatistics, cancellation);
        return statistics.Classes.Sum(c => c.Train);
    }
}
