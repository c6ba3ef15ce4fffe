using DaprHep.Hosting.Contracts;

namespace DaprHep.Hosting.News;

/// <summary>What this process has to tell of its runs beside sums of events, until it is published. Of too much the oldest is forgotten.</summary>
internal sealed class RunNews
{
    private const int Most = 2000;
    private readonly Dictionary<string, News> _runs = [];
    private readonly Lock _lock = new();

    /// <summary>This process, as work and lines name it.</summary>
    public static string ProcessName { get; } = string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}");

    /// <summary>Told whenever there is something new.</summary>
    public event Action? Came;

    /// <summary>Tells of an activity or a job.</summary>
    public void Add(string run, WorkRecord work) => Add(run, news => news.Work, work);

    /// <summary>Tells what was logged.</summary>
    public void Add(string run, LogLine line) => Add(run, news => news.Log, line);

    /// <summary>What has not been published, as messages; it is no longer kept here.</summary>
    /// <param name="source">Id of this process in messages.</param>
    public List<ProgressMessage> Take(string source)
    {
        lock (_lock)
        {
            List<ProgressMessage> messages = [.. _runs.Select(run => new ProgressMessage(run.Key, "", source, 0, 0, "")
            {
                Work = run.Value.Work.Count > 0 ? [.. run.Value.Work] : null,
                Log = run.Value.Log.Count > 0 ? [.. run.Value.Log] : null,
            })];
            _runs.Clear();
            return messages;
        }
    }

    private void Add<T>(string run, Func<News, Queue<T>> of, T item)
    {
        lock (_lock)
        {
            if (!_runs.TryGetValue(run, out News? news))
                _runs.Add(run, news = new News());
            Queue<T> queue = of(news);
            queue.Enqueue(item);
            if (queue.Count > Most)
                queue.Dequeue();
        }
        Came?.Invoke();
    }

    private sealed class News
    {
        public Queue<WorkRecord> Work { get; } = new();

        public Queue<LogLine> Log { get; } = new();
    }
}
