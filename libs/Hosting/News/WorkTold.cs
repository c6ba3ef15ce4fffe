using DaprHep.Hosting.Contracts;

namespace DaprHep.Hosting.News;

/// <summary>Tells of one attempt at an activity or a job: that it waits for a core, that it runs, how it ended.</summary>
public sealed class WorkTold
{
    private const int LongestError = 2000;
    private readonly Action<WorkRecord> _tell;
    private readonly WorkMeter _meter;
    private WorkRecord _record;

    /// <param name="tell">Takes the records.</param>
    /// <param name="work">Name of the activity, <c>job KIND</c>, or <c>rank</c>.</param>
    /// <param name="part">Which part of a larger work it is.</param>
    /// <param name="attempt">Number of the attempt, of jobs.</param>
    public WorkTold(Action<WorkRecord> tell, string work, string? part, int? attempt = null)
    {
        _tell = tell;
        _record = new WorkRecord(Guid.NewGuid().ToString("N"), work, RunNews.ProcessName, "waiting", DateTimeOffset.UtcNow)
        {
            Part = part,
            Attempt = attempt,
        };
        _meter = WorkMeter.Begin(other => _tell(other with { Of = _record.Id, Attempt = _record.Attempt }));
        _tell(_record);
    }

    /// <summary>It has its core.</summary>
    /// <param name="part">Which part of a larger work it is, where that was not known before.</param>
    public void Starts(string? part = null)
    {
        _record = _record with
        {
            State = "running", Part = part ?? _record.Part, Started = DateTimeOffset.UtcNow, ProcessorStarted = ProcessorSeconds(),
        };
        _tell(_record);
    }

    /// <summary>It has ended.</summary>
    /// <param name="state">How.</param>
    /// <param name="error">Why, where it failed.</param>
    public void Ends(string state, string? error = null)
    {
        string? text = error?.Length > LongestError ? error[..LongestError] : error;
        _tell(_meter.Finish(_record with
        {
            State = state,
            Ended = DateTimeOffset.UtcNow,
            Error = text,
            ProcessorEnded = ProcessorSeconds(),
            Memory = Environment.WorkingSet,
        }));
    }

    private static double ProcessorSeconds() => Math.Round(Environment.CpuUsage.TotalTime.TotalSeconds, 3);
}
