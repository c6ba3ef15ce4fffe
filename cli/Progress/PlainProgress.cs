using System.Diagnostics;
using DaprHep.Hosting;

namespace DaprHep.Cli.Progress;

/// <summary>Progress as lines, for logs and pipes: one at most every two seconds, and one at the end of each step.</summary>
internal sealed class PlainProgress(TextWriter output) : IProgressSink
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private readonly StepMeter _meter = new();
    private readonly Lock _writing = new();
    private long _lastLine = Stopwatch.GetTimestamp();

    public void Report(in StepProgress progress)
    {
        StepMeter.Reading reading = _meter.Add(progress);
        lock (_writing)
        {
            if (!reading.JustFinished && Stopwatch.GetElapsedTime(_lastLine) < Interval)
                return;
            _lastLine = Stopwatch.GetTimestamp();
            string left = reading.JustFinished ? "" : $", {reading.Left.TotalSeconds:F0} s left";
            string note = progress.Note.Length > 0 ? $", {progress.Note}" : "";
            string rate = reading.Rate > 0 ? $", {reading.Rate:N0} events/s" : "";
            output.WriteLine($"{progress.Step}: {reading.Events:N0} of {progress.TotalEvents:N0} events{rate}{left}{note}");
        }
    }
}
