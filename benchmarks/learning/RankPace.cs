using System.Diagnostics;
using System.Globalization;

namespace DaprHep.Benchmarks.Learning;

/// <summary>
/// Where the time of ranks goes, in µs an event of the whole group, as medians over epochs. The thread of a rank that trains computes,
/// stands in the queue for a core that something else uses, or is blocked, which is waiting for the other ranks and the sum of gradients.
/// </summary>
/// <param name="Undisturbed">Time that passed in the fastest of fifty epochs, when nothing else wanted the cores, nor a neighbour on the
/// same hardware what they share with it.</param>
/// <param name="Clock">Time that passed.</param>
/// <param name="Compute">Of it, on a core.</param>
/// <param name="Queue">Of it, ready to go on but without a core.</param>
/// <param name="Blocked">Of it, neither.</param>
/// <param name="Beside">What other threads of the process spent on a core, most of it on sums of gradients.</param>
internal readonly record struct RankPace(
    double Undisturbed, double Clock, double Compute, double Queue, double Blocked, double Beside)
{
    private const int Parts = 6;

    /// <summary>Events of all ranks a second, by the clock.</summary>
    internal double EventsPerSecond => 1e6 / Clock;

    /// <summary>The same in the fastest of fifty epochs.</summary>
    internal double UndisturbedEventsPerSecond => 1e6 / Undisturbed;

    /// <summary>Of each part, the middle one.</summary>
    internal static RankPace Median(IEnumerable<RankPace> paces)
    {
        var values = paces.Select(pace => pace.ToArray()).ToArray();
        return FromArray(Array.ConvertAll([.. Enumerable.Range(0, Parts)], part => Middle(values.Select(pace => (double)pace[part]))));
    }

    /// <summary>The middle one, or the mean of the two in the middle.</summary>
    internal static double Middle(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The parts, to be summed over ranks.</summary>
    internal float[] ToArray() => [(float)Undisturbed, (float)Clock, (float)Compute, (float)Queue, (float)Blocked, (float)Beside];

    /// <summary>The parts from sums over ranks.</summary>
    internal static RankPace MeanOf(float[] sums, int ranks) => FromArray(Array.ConvertAll(sums, sum => (double)sum / ranks));

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    internal static RankPace Parse(string line) =>
        FromArray(Array.ConvertAll(line.Split(' '), text => double.Parse(text, CultureInfo.InvariantCulture)));

    /// <inheritdoc/>
    public override string ToString() => string.Join(' ', ToArray().Select(part => part.ToString("R", CultureInfo.InvariantCulture)));

    private static RankPace FromArray(double[] parts) => new(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]);

    /// <summary>Takes the time of a rank's training, on the thread that trains.</summary>
    internal sealed class Watch(int events)
    {
        private readonly List<RankPace> _paces = [];
        private (double Clock, double Compute, double Queue, double Process)? _last;

        /// <summary>Ends an epoch, if one has begun, and begins the next.</summary>
        internal void Lap()
        {
            // Nanoseconds on a core and in the queue for one; see the kernel's Documentation/scheduler/sched-stats.rst.
            var own = File.ReadAllText("/proc/thread-self/schedstat").Split(' ');
            var now = (
                Clock: Stopwatch.GetTimestamp() * 1e6 / Stopwatch.Frequency,
                Compute: long.Parse(own[0], CultureInfo.InvariantCulture) / 1e3,
                Queue: long.Parse(own[1], CultureInfo.InvariantCulture) / 1e3, Process: Environment.CpuUsage.TotalTime.TotalMicroseconds);
            if (_last is { } last)
            {
                var (clock, compute, queue) = (now.Clock - last.Clock, now.Compute - last.Compute, now.Queue - last.Queue);
                var blocked = Math.Max(0, clock - compute - queue);
                var beside = Math.Max(0, now.Process - last.Process - compute);
                var each = clock / events;
                _paces.Add(new RankPace(each, each, compute / events, queue / events, blocked / events, beside / events));
            }

            _last = now;
        }

        /// <summary>The median epoch, and the time of the fastest of fifty.</summary>
        internal RankPace Median() =>
            RankPace.Median(_paces) with { Undisturbed = _paces.Select(pace => pace.Clock).Order().ElementAt(_paces.Count / 50) };
    }
}
