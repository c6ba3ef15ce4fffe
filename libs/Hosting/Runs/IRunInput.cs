namespace DaprHep.Hosting.Runs;

/// <summary>Input of an activity that works for a run: cancelling the run stops the activity.</summary>
public interface IRunInput
{
    /// <summary>Name of the run.</summary>
    string Run { get; }

    /// <summary>Which part of a fan-out the activity is, for people; null where there is but one.</summary>
    string? Part => null;
}
