namespace DaprHep.Hosting.Runs;

/// <summary>Input of an activity that works for a run: cancelling the run stops the activity.</summary>
public interface IRunInput
{
    /// <summary>Name of the run.</summary>
    string Run { get; }
}
