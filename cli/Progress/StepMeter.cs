using System.Diagnostics;
using DaprHep.Hosting;

namespace DaprHep.Cli.Progress;

/// <summary>Counts the events of each step. A step starts when the one before it ends; its first report comes later.</summary>
internal sealed class StepMeter
{
    // Reports of steps that are over before they are told of come all at once, and say nothing of a rate.
    private const double ShortestSeconds = 0.05;
    private readonly Dictionary<string, Count> _steps = [];
    private readonly Lock _lock = new();
    private long _lastFinished = Stopwatch.GetTimestamp();

    /// <summary>How a step stands.</summary>
    /// <param name="Events">Events done.</param>
    /// <param name="Rate">Events a second; 0 where that can't be said.</param>
    /// <param name="Left">Time left, as far as the rate tells.</param>
    /// <param name="JustFinished">Whether this report ended the step.</param>
    public readonly record struct Reading(long Events, double Rate, TimeSpan Left, bool JustFinished);

    /// <summary>Adds a report.</summary>
    public Reading Add(in StepProgress progress)
    {
        lock (_lock)
        {
            if (!_steps.TryGetValue(progress.Step, out Count? step))
                _steps.Add(progress.Step, step = new Count(_lastFinished));
            step.Events += progress.Events;
            double seconds = Stopwatch.GetElapsedTime(step.Started).TotalSeconds;
            double rate = seconds > ShortestSeconds ? step.Events / seconds : 0;
            double left = rate > 0 ? Math.Max(0, progress.TotalEvents - step.Events) / rate : 0;
            bool justFinished = !step.IsFinished && step.Events >= progress.TotalEvents;
            if (justFinished)
            {
                step.IsFinished = true;
                _lastFinished = Stopwatch.GetTimestamp();
            }
            return new Reading(step.Events, rate, TimeSpan.FromSeconds(left), justFinished);
        }
    }

    private sealed class Count(long started)
    {
        public long Started { get; } = started;

        public long Events { get; set; }

        public bool IsFinished { get; set; }
    }
}
