using System.Collections.Concurrent;
using System.Diagnostics;
using DaprHep.Hosting;

namespace DaprHep.Cli.Progress;

/// <summary>Progress as lines, for logs and pipes: one at most every two seconds, and one at the end of each step.</summary>
internal sealed class PlainProgress(TextWriter output) : IProgressSink
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<string, StepState> _steps = new();
    private readonly Lock _writing = new();
    private long _lastFinished = Stopwatch.GetTimestamp();

    public void Report(in StepProgress progress)
    {
        StepState state = _steps.GetOrAdd(progress.Step, _ => new StepState(_lastFinished));
        lock (_writing)
        {
            state.Events += progress.Events;
            bool finished = state.Events >= progress.TotalEvents && !state.Finished;
            if (!finished && Stopwatch.GetElapsedTime(state.LastLine) < Interval)
                return;
            state.LastLine = Stopwatch.GetTimestamp();
            if (finished)
            {
                state.Finished = true;
                _lastFinished = state.LastLine;
            }
            double seconds = Stopwatch.GetElapsedTime(state.Started).TotalSeconds;
            double rate = seconds > 0 ? state.Events / seconds : 0;
            string eta = finished || rate <= 0 ? "" : $", {Math.Max(0, (progress.TotalEvents - state.Events) / rate):F0} s left";
            string note = progress.Note.Length > 0 ? $", {progress.Note}" : "";
            output.WriteLine($"{progress.Step}: {state.Events:N0} of {progress.TotalEvents:N0} events, {rate:N0} events/s{eta}{note}");
        }
    }

    // A step starts when the one before it ends; its first report comes later.
    private sealed class StepState(long started)
    {
        public long Started { get; } = started;

        public long LastLine { get; set; } = Stopwatch.GetTimestamp();

        public long Events { get; set; }

        public bool Finished { get; set; }
    }
}
