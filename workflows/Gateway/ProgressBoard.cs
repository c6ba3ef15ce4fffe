using System.Collections.Concurrent;
using DaprHep.Hosting.Contracts;

namespace DaprHep.Gateway;

/// <summary>
/// The last progress of every run, from the messages of topic <c>progress</c>. Runs without news for an hour are forgotten.
/// </summary>
internal sealed class ProgressBoard
{
    private static readonly TimeSpan Forgotten = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<string, Board> _runs = new();

    /// <summary>Takes a message; one that comes twice or late changes nothing.</summary>
    public void Take(ProgressMessage message)
    {
        Board board = _runs.GetOrAdd(message.Run, _ => new Board());
        lock (board)
        {
            board.Changed = DateTimeOffset.UtcNow;
            if (!board.Steps.TryGetValue(message.Step, out Step? step))
                board.Steps.Add(message.Step, step = new Step());
            if (message.Events <= step.Sources.GetValueOrDefault(message.Source))
                return;
            step.Sources[message.Source] = message.Events;
            step.Total = message.TotalEvents;
            step.Note = message.Note;
        }
        foreach ((string run, Board old) in _runs)
        {
            if (DateTimeOffset.UtcNow - old.Changed > Forgotten)
                _runs.TryRemove(run, out _);
        }
    }

    /// <summary>The steps of a run that have reported.</summary>
    public IReadOnlyList<ProgressState> Of(string run)
    {
        if (!_runs.TryGetValue(run, out Board? board))
            return [];
        lock (board)
        {
            // An activity that was done twice has reported twice.
            return [.. board.Steps.Select(named =>
            {
                (string name, Step step) = named;
                return new ProgressState(name, Math.Min(step.Total, step.Sources.Values.Sum()), step.Total, step.Note);
            })];
        }
    }

    /// <summary>Whether every step that reports has reported all its events.</summary>
    public bool IsComplete(string run)
    {
        IReadOnlyList<ProgressState> reported = Of(run);
        return Steps.InOrder.All(step => step.Step is Steps.Report or Steps.Tune or Steps.Promote
            || reported.Any(p => p.Step == step.Step && p.Events == p.TotalEvents));
    }

    private sealed class Board
    {
        public Dictionary<string, Step> Steps { get; } = [];

        public DateTimeOffset Changed { get; set; } = DateTimeOffset.UtcNow;
    }

    private sealed class Step
    {
        public Dictionary<string, long> Sources { get; } = [];

        public long Total { get; set; }

        public string Note { get; set; } = "";
    }
}
