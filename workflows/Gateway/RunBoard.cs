using DaprHep.Hosting.Contracts;

namespace DaprHep.Gateway;

/// <summary>
/// What processes have told of one run: sums of events by step, the training's points, activities and jobs, the last lines of its log.
/// Everything that is told of gets the next number, so that a watcher asks for what is new.
/// </summary>
internal sealed class RunBoard
{
    // Pages of the archive: steps and what pages there are, the log, the points, and work records, a thousand a page.
    private const int HeadPage = 0, LogPage = 1, PointPage = 2, FirstWorkPage = 3, PageSize = 1000;
    private const int MostWork = 50_000;
    private const int MostPoints = 4_000;
    private const int Intervals = 1_000;
    private const int MostLines = 500;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Step> _steps = [];
    private readonly Dictionary<string, int> _workById = [];
    private readonly List<(long Number, WorkRecord Work)> _work = [];
    private readonly List<(long Number, TrainingPoint Point)> _points = [];
    private readonly List<(long Number, LogLine Line)> _log = [];
    private readonly Dictionary<int, long> _changedPages = [];
    private TaskCompletionSource _news = New();
    private long _number;

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
    public void Take(ProgressMessage message) => Change(() =>
    {
        AddAll(message.Points, message.Work, message.Log);
        if (message.Step.Length > 0)
            Add(message.Step, message.TotalEvents, message.Note, [KeyValuePair.Create(message.Source, message.Events)]);
    });

    /// <summary>Takes in a page that another board has written.</summary>
    public void Take(BoardPage page) => Change(() =>
    {
        AddAll(page.Points, page.Work, page.Log);
        foreach ((string name, Step step) in page.Steps ?? [])
            Add(name, step.Total, step.Note, step.Sources);
    });

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

    /// <summary>The pages that have changed after a number, for the archive; the last of them is the one that says which there are.</summary>
    /// <param name="number">The number; 0 for all pages.</param>
    /// <param name="last">The number of their last change.</param>
    public List<(int Page, BoardPage Content)> PagesSince(long number, out long last)
    {
        lock (_lock)
        {
            last = _number;
            return
            [
                .. _changedPages.Where(page => page.Key != HeadPage && page.Value > number).Select(page => (page.Key, PageOf(page.Key))),
                .. number < last ? [(HeadPage, PageOf(HeadPage))] : (ReadOnlySpan<(int, BoardPage)>)[],
            ];
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Change(Action change)
    {
        TaskCompletionSource? news = null;
        lock (_lock)
        {
            long before = _number;
            change();
            if (_number != before)
                (news, _news) = (_news, New());
        }
        news?.TrySetResult();
    }

    private long ChangePage(int page) => _changedPages[page] = ++_number;

    private BoardPage PageOf(int page) => page switch
    {
        HeadPage => new BoardPage
        {
            Pages = new Dictionary<int, long>(_changedPages),
            Steps = _steps.ToDictionary(
                step => step.Key, step => new Step { Sources = new(step.Value.Sources), Total = step.Value.Total, Note = step.Value.Note }),
        },
        LogPage => new BoardPage { Log = [.. _log.Select(one => one.Line)] },
        PointPage => new BoardPage { Points = [.. _points.Select(one => one.Point)] },
        _ => new BoardPage { Work = [.. _work.Skip((page - FirstWorkPage) * PageSize).Take(PageSize).Select(one => one.Work)] },
    };

    private void AddAll(IReadOnlyList<TrainingPoint>? points, IReadOnlyList<WorkRecord>? work, IReadOnlyList<LogLine>? log)
    {
        foreach (TrainingPoint point in points ?? [])
            Add(point);
        foreach (WorkRecord one in work ?? [])
            Add(one);
        foreach (LogLine line in log ?? [])
            Add(line);
    }

    private void Add(string name, long total, string note, IEnumerable<KeyValuePair<string, long>> sources)
    {
        if (!_steps.TryGetValue(name, out Step? step))
            _steps.Add(name, step = new Step());
        foreach ((string source, long events) in sources)
        {
            if (events <= step.Sources.GetValueOrDefault(source))
                continue;
            step.Sources[source] = events;
            (step.Total, step.Note) = (total, note);
            ChangePage(HeadPage);
        }
    }

    private void Add(WorkRecord work)
    {
        if (_workById.TryGetValue(work.Id, out int index))
        {
            // A record that comes late is older than what is known.
            WorkRecord known = _work[index].Work;
            if (known.HasEnded || (known.Started is not null && work.Started is null))
                return;
            _work[index] = (ChangePage(FirstWorkPage + (index / PageSize)), work);
        }
        else if (_work.Count < MostWork)
        {
            _workById.Add(work.Id, _work.Count);
            _work.Add((ChangePage(FirstWorkPage + (_work.Count / PageSize)), work));
        }
    }

    private void Add(TrainingPoint point)
    {
        // Of a training that goes on from a checkpoint, points come again.
        int same = _points.FindLastIndex(one => one.Point.Share == point.Share && one.Point.IsEpoch == point.IsEpoch);
        if (same >= 0)
        {
            if (_points[same].Point != point)
                _points[same] = (ChangePage(PointPage), point);
            return;
        }
        _points.Add((ChangePage(PointPage), point));
        if (_points.Count > MostPoints)
        {
            ForgetPoints(ofEpochs: true);
            ForgetPoints(ofEpochs: false);
        }
    }

    // Keeps, of a kind that has too many points, the first of each of a thousand equal intervals, so that no part of it is forgotten.
    private void ForgetPoints(bool ofEpochs)
    {
        double[] shares = [.. _points.Where(one => one.Point.IsEpoch == ofEpochs).Select(one => one.Point.Share)];
        if (shares.Length <= MostPoints / 2)
            return;
        double last = shares.Max();
        var taken = new HashSet<int>();
        _points.RemoveAll(one => one.Point.IsEpoch == ofEpochs && !taken.Add((int)(Intervals * one.Point.Share / last)));
    }

    private void Add(LogLine line)
    {
        if (_log.Any(one => one.Line == line))
            return;
        // Lines of other gateways come later than they were said.
        int place = _log.FindLastIndex(one => one.Line.Time <= line.Time) + 1;
        if (place == 0 && _log.Count == MostLines)
            return;
        _log.Insert(place, (ChangePage(LogPage), line));
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

/// <summary>A page of a board in the archive.</summary>
internal sealed record BoardPage
{
    /// <summary>Number of the last change of each page; on the first page only.</summary>
    public Dictionary<int, long>? Pages { get; init; }

    /// <summary>Events by step.</summary>
    public Dictionary<string, RunBoard.Step>? Steps { get; init; }

    /// <summary>Points of the training.</summary>
    public IReadOnlyList<TrainingPoint>? Points { get; init; }

    /// <summary>The last lines of the log.</summary>
    public IReadOnlyList<LogLine>? Log { get; init; }

    /// <summary>Activities and jobs.</summary>
    public IReadOnlyList<WorkRecord>? Work { get; init; }
}
