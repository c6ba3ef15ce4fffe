using DaprHep.Hosting.Contracts;

namespace DaprHep.Hosting;

/// <summary>How far a step has come.</summary>
/// <param name="Run">Name of the run.</param>
/// <param name="Step">Name of the step.</param>
/// <param name="Events">Events done since the last report.</param>
/// <param name="TotalEvents">Events of the whole step, all its parallel activities together.</param>
/// <param name="Note">What a person would like to know, for instance the loss; may be empty.</param>
public readonly record struct StepProgress(string Run, string Step, long Events, long TotalEvents, string Note = "")
{
    /// <summary>A point of the training's curves, if the report is one.</summary>
    public TrainingPoint? Point { get; init; }
}

/// <summary>Takes progress from activities to whoever watches the run.</summary>
public interface IProgressSink
{
    /// <summary>Called from any thread, many times a second at most.</summary>
    void Report(in StepProgress progress);
}
