using DaprHep.Hosting.Contracts;

namespace DaprHep.Hosting.News;

/// <summary>Tells of one attempt at an activity or a job: that it waits for a core, that it runs, how it ended.</summary>
internal sealed class WorkTold
{
    private const int LongestError = 2000;
    private readonly RunNews _news;
    private readonly string _run;
    private readonly WorkMeter _meter;
    private WorkRecord _record;

    public WorkTold(RunNews news, string run, string work, string? part, int? attempt = null)
    {
        (_news, _run) = (news, run);
        _record = new WorkRecord(Guid.NewGuid().ToString("N"), work, RunNews.ProcessName, "waiting", DateTimeOffset.UtcNow)
        {
            Part = part,
            Attempt = attempt,
        };
        _meter = WorkMeter.Begin();
        _news.Add(_run, _record);
    }

    /// <summary>It has its core.</summary>
    /// <param name="part">Which part of a larger work it is, where that was not known before.</param>
    public void Starts(string? part = null)
    {
        _record = _record with
        {
            State = "running", Part = part ?? _record.Part, Started = DateTimeOffset.UtcNow, ProcessorStarted = ProcessorSeconds(),
        };
        _news.Add(_run, _record);
    }

    /// <summary>It has ended.</summary>
    /// <param name="state">How.</param>
    /// <param name="error">Why, where it failed.</param>
    public void Ends(string state, string? error = null)
    {
        string? text = error?.Length > LongestError ? error[..LongestError] : error;
        _news.Add(_run, _meter.Finish(_record with
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
