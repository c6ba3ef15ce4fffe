using System.Text.Json;
using Dapr.Workflow;
using DaprHep.Hosting.Contracts;

namespace DaprHep.Topology;

/// <summary>Input of <see cref="TuneModel"/>.</summary>
/// <param name="Tune">What is searched.</param>
/// <param name="Attempts">How often an activity or a trial's job may fail.</param>
public sealed record TuneCall(TuneModelInput Tune, int Attempts)
{
    /// <summary>Names this search, once it has begun.</summary>
    public string? Session { get; init; }

    /// <summary>The search's last step.</summary>
    public int Step { get; init; }
}

/// <summary>
/// Searches hyper-parameters: as many trials as there are places train at a time, each result goes to the tuning service, and its answer
/// is what to train next. With ASHA a trial rests at a rung and goes on from its checkpoint if it comes to be among the best.
/// </summary>
public sealed class TuneModel : Workflow<TuneCall, TuneModelOutput>
{
    // The history of a search of thousands of trials stays short: after as many results the trials under way are waited for, and the
    // workflow begins anew with the next step.
    private const int ResultsAHistory = 100;

    /// <inheritdoc/>
    public override async Task<TuneModelOutput> RunAsync(WorkflowContext context, TuneCall input)
    {
        ArgumentNullException.ThrowIfNull(input);
        TuneModelInput tune = input.Tune;
        var services = new StepCalls(context, input.Attempts);
        string session = input.Session ?? context.NewGuid().ToString("N");
        TrialProposals proposed = input.Session is null
            ? await services.CallAsync<TrialProposals>(Apps.Tuning, "ProposeTrials", new ProposeTrialsInput(tune.Run, tune, session))
            : await RecordAsync([], input.Step + 1, tune.Search.Parallel);
        List<Task<JsonElement>> training = [.. proposed.Trials.Select(TrainAsync)];
        for (int results = 1; training.Count > 0; results++)
        {
            Task<JsonElement> ended = await Task.WhenAny(training);
            training.Remove(ended);
            proposed = await RecordAsync([await ended], proposed.Step + 1, results < ResultsAHistory ? tune.Search.Parallel - training.Count : 0);
            training.AddRange(proposed.Trials.Select(TrainAsync));
        }
        if (!proposed.IsDone)
        {
            context.ContinueAsNew(input with { Session = session, Step = proposed.Step });
            return null!;
        }
        return new TuneModelOutput(
            proposed.Study,
            proposed.Best ?? throw new InvalidOperationException($"no trial of the search has a result; {proposed.Study} says why"),
            proposed.Events);

        Task<TrialProposals> RecordAsync(JsonElement[] results, int step, int places) => services.CallAsync<TrialProposals>(
            Apps.Tuning, "RecordTrials", new RecordTrialsInput(tune.Run, tune, session, step, results, places));

        Task<JsonElement> TrainAsync(JsonElement trial) => services.HaveDoneAsync<TrainTrialInput, JsonElement>(
            nameof(TrainTrial), tune.Run, new TrainTrialInput(tune.Run, tune.Store, tune.Statistics, proposed.Study, trial));
    }
}
