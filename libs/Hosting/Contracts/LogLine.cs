namespace DaprHep.Hosting.Contracts;

/// <summary>A line that a process logged while it worked for a run.</summary>
/// <param name="Time">When.</param>
/// <param name="Process">The process: machine and process id.</param>
/// <param name="Level"><c>info</c>, <c>warning</c> or <c>error</c>.</param>
/// <param name="Text">What it said.</param>
public sealed record LogLine(DateTimeOffset Time, string Process, string Level, string Text);
