using Dapr.Workflow;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Learning.Tuning;

namespace DaprHep.Tuning.Activities;

/// <summary>Begins a search, or goes on with what an earlier one has left, and says what to train first.</summary>
public sealed class ProposeTrials(IProgressSink progress, WorkStopping stopping) : WorkflowActivity<ProposeTrialsInput, TrialProposals>
{
    /// <inheritdoc/>
    public override Task<TrialProposals> RunAsync(WorkflowActivityContext context, ProposeTrialsInput input)
    {
        StudyObjects objects = StudyObjects.Of(input.Tune, input.Session);
        return new SearchStep(input.Tune, objects, progress).DoAsync(
            step: 0, () => objects.BeginAsync(stopping.Token), results: [], input.Tune.Search.Parallel, stopping.Token);
    }
}

/// <summary>Takes results into a search and says what to train next.</summary>
public sealed class RecordTrials(IProgressSink progress, WorkStopping stopping) : WorkflowActivity<RecordTrialsInput, TrialProposals>
{
    /// <inheritdoc/>
    public override Task<TrialProposals> RunAsync(WorkflowActivityContext context, RecordTrialsInput input)
    {
        StudyObjects objects = StudyObjects.Of(input.Tune, input.Session);
        return new SearchStep(input.Tune, objects, progress).DoAsync(
            input.Step, () => BeforeAsync(objects, input.Step), input.Results, input.Places, stopping.Token);
    }

    private async Task<Study> BeforeAsync(StudyObjects objects, int step) =>
        (await objects.FindStepAsync(step - 1, stopping.Token))?.Study
        ?? throw new InvalidOperationException($"step {step - 1} of the search is not in the store any more; {objects.Key} has all results");
}
