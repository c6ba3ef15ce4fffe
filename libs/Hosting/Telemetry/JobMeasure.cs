using System.Diagnostics;

namespace DaprHep.Hosting.Telemetry;

/// <summary>
/// One attempt at a job in the metrics, and as a span under that of the activity that submitted it: queued, then running, then ended.
/// </summary>
internal sealed class JobMeasure : IDisposable
{
    private readonly string _kind;
    private readonly Activity? _span;
    private readonly long _taken = Stopwatch.GetTimestamp();
    private string _state = "queued";

    public JobMeasure(string kind, string id, int attempt)
    {
        _kind = kind;
        _span = Measures.StartSpan($"job {kind}");
        _span?.SetTag("daprhep.job", id).SetTag("daprhep.attempt", attempt);
        Measures.JobsChange(kind, _state, 1);
    }

    /// <summary>
    /// <c>done</c>, <c>failed</c>, <c>cancelled</c>, <c>rested</c> (its run is suspended), <c>lost</c> (another attempt has begun) or
    /// <c>left</c> (the process stops).
    /// </summary>
    public string Outcome { get; set; } = "failed";

    /// <summary>The job has its cores.</summary>
    public void Begins()
    {
        Measures.JobsChange(_kind, _state, -1);
        _state = "running";
        Measures.JobsChange(_kind, _state, 1);
    }

    public void Dispose()
    {
        Measures.JobsChange(_kind, _state, -1);
        Measures.JobEnds(_kind, Outcome, Stopwatch.GetElapsedTime(_taken));
        if (Outcome == "failed")
            _span?.SetStatus(ActivityStatusCode.Error);
        _span?.Dispose();
    }
}
