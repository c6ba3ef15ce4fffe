using System.Diagnostics;
using System.Threading.Channels;
using Dapr;
using Dapr.Client;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.News;
using DaprHep.Hosting.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DaprHep.Hosting;

/// <summary>
/// Publishes progress to the topic <c>progress</c>: reports are summed up for each run and step, and what changed is published at once,
/// but not more often than ten times a second, and with it what else there is to tell of runs. A sidecar that is away costs nothing but the
/// news; the next message has the whole sum.
/// </summary>
internal sealed class PublishedProgress : BackgroundService, IProgressSink
{
    // Of steps that are too quick to be told one by one, every epoch is told and the last of the steps between.
    private const int MostPoints = 64;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Forgotten = TimeSpan.FromHours(1);
    private readonly string _source = Guid.NewGuid().ToString("N");
    private readonly Dictionary<(string Run, string Step), Sum> _sums = [];
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _lock = new();
    private readonly DaprClient _dapr;
    private readonly RunNews _runs;
    private readonly ILogger<PublishedProgress> _logger;

    public PublishedProgress(DaprClient dapr, RunNews runs, ILogger<PublishedProgress> logger)
    {
        (_dapr, _runs, _logger) = (dapr, runs, logger);
        _runs.Came += () => _news.Writer.TryWrite(true);
    }

    public void Report(in StepProgress progress)
    {
        Measures.StepDid(progress.Step, progress.Events);
        lock (_lock)
        {
            if (!_sums.TryGetValue((progress.Run, progress.Step), out Sum? sum))
                _sums.Add((progress.Run, progress.Step), sum = new Sum());
            sum.Events += progress.Events;
            sum.Total = progress.TotalEvents;
            sum.Note = progress.Note;
            sum.Changed = Stopwatch.GetTimestamp();
            sum.IsNew = true;
            if (progress.Point is { } point)
                sum.Add(point);
        }
        _news.Writer.TryWrite(true);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await PublishAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (bool _ in _news.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
            {
                await PublishAsync(stoppingToken).ConfigureAwait(false);
                await Task.Delay(Interval, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // StopAsync publishes what is left.
        }
    }

    private async Task PublishAsync(CancellationToken cancellation)
    {
        try
        {
            foreach (ProgressMessage message in TakeChanged().Concat(_runs.Take(_source)))
                await _dapr.PublishEventAsync(ProgressMessage.PubSub, ProgressMessage.Topic, message, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DaprException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            _logger.LogDebug("Progress could not be published: {Reason}", e.Message);
        }
    }

    private List<ProgressMessage> TakeChanged()
    {
        var messages = new List<ProgressMessage>();
        lock (_lock)
        {
            foreach (((string run, string step), Sum sum) in _sums)
            {
                if (sum.IsNew)
                    messages.Add(new ProgressMessage(run, step, _source, sum.Events, sum.Total, sum.Note) { Points = sum.TakePoints() });
                else if (Stopwatch.GetElapsedTime(sum.Changed) > Forgotten)
                    _sums.Remove((run, step));
                sum.IsNew = false;
            }
        }
        return messages;
    }

    private sealed class Sum
    {
        public long Events { get; set; }

        public long Total { get; set; }

        public string Note { get; set; } = "";

        public long Changed { get; set; }

        public bool IsNew { get; set; }

        private List<TrainingPoint> Points { get; set; } = [];

        public void Add(TrainingPoint point)
        {
            if (Points.Count == MostPoints)
            {
                int step = Points.FindIndex(one => !one.IsEpoch);
                Points.RemoveAt(Math.Max(0, step));
            }
            Points.Add(point);
        }

        public List<TrainingPoint>? TakePoints()
        {
            List<TrainingPoint> points = Points;
            Points = [];
            return points.Count > 0 ? points : null;
        }
    }
}
