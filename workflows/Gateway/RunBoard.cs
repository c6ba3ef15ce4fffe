using DaprHep.Hosting.Contracts;

namespace DaprHep.Gateway;

/// <summary>
/// What processes have told of one run: sums of events by step, the training's points, activities and jobs, the last lines of its log.
/// Everything that is told of gets the next number, so that a watcher asks for what is new.
/// </summary>
internal sealed class RunBoard
{
    /// <summary>Work records on a page of the archive.</summary>
    public const int PageSize = 1000;

    private const int MostWork = 50_000;
    private const int MostPoints = 4_000;
    private const int MostLines = 500;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Step> _steps = [];
    private readonly Dictionary<string, int> _workById = [];
    private readonly List<(long Number, WorkRecord Work)> _work = [];
    private readonly List<(long Number, TrainingPoint Point)> _points = [];
    private readonly List<(long Number, LogLine Line)> _log = [];
    private readonly HashSet<int> _changedPages = [];
    private TaskCompletionSource _news = New();
    private long _number;

    /// <summary>When something was told last.</summary>
    public DateTimeOffset Changed { get; private set; } = DateTimeOffset.UtcNow;

    /// <summary>Whether what an earlier gateway knew has been taken in.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>Ends when something is told.</summary>
    public Task News
    {
        get
        {
            lock (_lock)
                return _news.Task;
        }
    }

    /// <summary>The steps that have reported.</summary>
    public IReadOnlyList<ProgressState> Steps
    {
        get
        {
            lock (_lock)
            {
                // An activity that was done twice has reported twice.
                return [.. _steps.Select(named => new ProgressState(
                    named.Key, Math.Min(named.Value.Total, named.Value.Sources.Values.Sum()), named.Value.Total, named.Value.Note))];
            }
        }
    }

    /// <summary>Takes a message; one that comes twice or late changes nothing.</summary>
    public void Take(ProgressMessage message)
    {
        TaskCompletionSource news;
        lock (_lock)
        {
            Changed = DateTimeOffset.UtcNow;
            foreach (TrainingPoint point in message.Points ?? [])
                Add(point);
            foreach (WorkRecord work in message.Work ?? [])
                Add(work);
            foreach (LogLine line in message.Log ?? [])
                Add(line);
            if (message.Step.Length > 0)
                Add(message);
            _changedPages.Add(0);
            news = _news;
            _news = New();
        }
        news.TrySetResult();
    }

    /// <summary>What was told after a number.</summary>
    /// <param name="number">The number; 0 for all.</param>
    /// <param name="last">The number of the last of it.</param>
    public (IReadOnlyList<WorkRecord> Work, IReadOnlyList<TrainingPoint> Points, IReadOnlyList<LogLine> Log) Since(long number, out long last)
    {
        lock (_lock)
        {
            last = _number;
            if (number == last)
                return ([], [], []);
            return (
                [.. _work.Where(one => one.Number > number).Select(one => one.Work)],
                [.. _points.Where(one => one.Number > number).Select(one => one.Point)],
                [.. _log.Where(one => one.Number > number).Select(one => one.Line)]);
        }
    }

    /// <summary>The pages that have changed since they were last taken, for the archive.</summary>
    public List<(int Page, BoardPage Content)> TakeChangedPages()
    {
        lock (_lock)
        {
            List<(int, BoardPage)> pages = [.. _changedPages.Select(page => (page, page == 0
                ? new BoardPage
                {
                    Pages = (_work.Count + PageSize - 1) / PageSize,
                    Steps = _steps.ToDictionary(step => step.Key, step => step.Value),
                    Points = [.. _points.Select(one => one.Point)],
                    Log = [.. _log.Select(one => one.Line)],
                }
                : new BoardPage { Work = [.. _work.Skip((page - 1) * PageSize).Take(PageSize).Select(one => one.Work)] }))];
            _changedPages.Clear();
            return pages;
        }
    }

    /// <summary>Notes that pages could not be kept.</summary>
    public void PutBack(IEnumerable<int> pages)
    {
        lock (_lock)
            _changedPages.UnionWith(pages);
    }

    /// <summary>Takes in what an earlier gateway knew; what was told since then is newer.</summary>
    public void Load(IReadOnlyList<BoardPage> pages)
    {
        lock (_lock)
        {
            if (IsLoaded)
                return;
            IsLoaded = true;
            if (pages.Count == 0)
                return;
            WorkRecord[] told = [.. _work.Select(one => one.Work)];
            TrainingPoint[] points = [.. _points.Select(one => one.Point)];
            LogLine[] lines = [.. _log.Select(one => one.Line)];
            _work.Clear();
            _workById.Clear();
            _points.Clear();
            _log.Clear();
            foreach (WorkRecord work in pages.SelectMany(page => page.Work ?? []).Concat(told))
                Add(work);
            foreach (TrainingPoint point in pages.SelectMany(page => page.Points ?? []).Concat(points))
                Add(point);
            foreach (LogLine line in pages.SelectMany(page => page.Log ?? []).Concat(lines))
                Add(line);
            foreach ((string name, Step kept) in pages.SelectMany(page => page.Steps ?? []))
            {
                Step step = StepOf(name);
                foreach ((string source, long events) in kept.Sources)
                    step.Sources[source] = Math.Max(events, step.Sources.GetValueOrDefault(source));
                (step.Total, step.Note) = (Math.Max(step.Total, kept.Total), step.Note.Length > 0 ? step.Note : kept.Note);
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Step StepOf(string name)
    {
        if (!_steps.TryGetValue(name, out Step? step))
            _steps.Add(name, step = new Step());
        return step;
    }

    private void Add(ProgressMessage message)
    {
        Step step = StepOf(message.Step);
        if (message.Events <= step.Sources.GetValueOrDefault(message.Source))
            return;
        step.Sources[message.Source] = message.Events;
        step.Total = message.TotalEvents;
        step.Note = message.Note;
    }

    private void Add(WorkRecord work)
    {
        if (_workById.TryGetValue(work.Id, out int index))
        {
            // A record that comes late is older than what is known.
            WorkRecord known = _work[index].Work;
            if (known.HasEnded || (known.Started is not null && work.Started is null))
                return;
            _work[index] = (++_number, work);
        }
        else if (_work.Count < MostWork)
        {
            index = _work.Count;
            _workById.Add(work.Id, index);
            _work.Add((++_number, work));
        }
        else
        {
            return;
        }
        _changedPages.Add(1 + (index / PageSize));
    }

    private void Add(TrainingPoint point)
    {
        // Of a training that goes on from a checkpoint, points come again.
        int same = _points.FindLastIndex(one => one.Point.Share == point.Share && one.Point.IsEpoch == point.IsEpoch);
        if (same >= 0)
        {
            if (_points[same].Point != point)
                _points[same] = (++_number, point);
            return;
        }
        _points.Add((++_number, point));
        if (_points.Count > MostPoints)
        {
            bool every = false;
            _points.RemoveAll(one => !one.Point.IsEpoch && (every = !every));
            if (_points.Count > MostPoints)
                _points.RemoveRange(0, _points.Count - MostPoints);
        }
    }

    private void Add(LogLine line)
    {
        if (_log.Any(one => one.Line == line))
            return;
        _log.Add((++_number, line));
        if (_log.Count > MostLines)
            _log.RemoveAt(0);
    }

    /// <summary>What processes have said of a step.</summary>
    internal sealed class Step
    {
        /// <summary>Events by process.</summary>
        public Dictionary<string, long> Sources { get; init; } = [];

        /// <summary>Events of the whole step.</summary>
        public long Total { get; set; }

        /// <summary>What a person would like to know.</summary>
        public string Note { get; set; } = "";
    }
}

/// <summary>A page of a board in the archive: the first has everything but work, the others a thousand work records each.</summary>
internal sealed record BoardPage
{
    /// <summary>How many pages follow the first.</summary>
    public int Pages { get; init; }

    /// <summary>Events by step.</summary>
    public Dictionary<string, RunBoard.Step>? Steps { get; init; }

    /// <summary>Points of the training.</summary>
    public IReadOnlyList<TrainingPoint>? Points { get; init; }

    /// <summary>The last lines of the log.</summary>
    public IReadOnlyList<LogLine>? Log { get; init; }

    /// <summary>Activities and jobs.</summary>
    public IReadOnlyList<WorkRecord>? Work { get; init; }
}
