using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using DaprHep.Hosting.Contracts;
using Grpc.Core;

namespace DaprHep.Gateway;

/// <summary>
/// The states of all runs, kept so that a list of thousands costs a few questions. A list asks again for runs that are new or have not
/// ended, and for some of those that have, because an ended run may have been resumed through another gateway.
/// </summary>
internal sealed class RunIndex(Runs runs, ILogger<RunIndex> logger) : BackgroundService
{
    private const int AskedAgain = 50;
    private const int AtATime = 16;
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(300);
    private readonly ConcurrentDictionary<string, Line> _known = new();
    private readonly string _instance = Guid.NewGuid().ToString("N")[..8];
    private readonly SemaphoreSlim _asking = new(1);
    private long _asked;
    private int _turn;
    private long _revision;

    /// <summary>The runs of a query, newest first.</summary>
    public async Task<RunList> ListAsync(RunQuery query, CancellationToken cancellation)
    {
        await RefreshAsync(cancellation);
        long revision = Interlocked.Read(ref _revision), after = AfterOf(query.Changed);
        RunState[] found =
        [
            .. _known.Values.Where(line => line.Revision > after && query.Has(line.Run)).Select(line => line.Run)
                .OrderByDescending(run => run.CreatedAt).ThenByDescending(run => run.Run, StringComparer.Ordinal),
        ];
        return new RunList([.. found.Skip(query.Skip).Take(query.Limit)], found.Length, string.Create(CultureInfo.InvariantCulture, $"{_instance}-{revision}"));
    }

    /// <summary>All runs, newest first.</summary>
    public async Task<IReadOnlyList<RunState>> AllAsync(CancellationToken cancellation)
    {
        await RefreshAsync(cancellation);
        return [.. _known.Values.Select(line => line.Run).OrderByDescending(run => run.CreatedAt)];
    }

    /// <summary>Notes that a run may be another than it was.</summary>
    public void Forget(string run)
    {
        _known.TryRemove(run, out _);
        Interlocked.Exchange(ref _asked, 0);
    }

    // The first list of a gateway with thousands of runs does not wait for them.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken);
            await RefreshAsync(stoppingToken);
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException)
        {
            logger.LogDebug("The runs are not known yet: {Reason}", e.Message);
        }
    }

    public override void Dispose()
    {
        _asking.Dispose();
        base.Dispose();
    }

    private async Task RefreshAsync(CancellationToken cancellation)
    {
        await _asking.WaitAsync(cancellation);
        try
        {
            if (_asked != 0 && Stopwatch.GetElapsedTime(_asked) < Fresh)
                return;
            List<string> names = await runs.NamesAsync(cancellation);
            foreach (string gone in _known.Keys.Except(names))
                _known.TryRemove(gone, out _);
            List<string> stale = [], ended = [];
            foreach (string name in names)
                (_known.TryGetValue(name, out Line? line) && line.Run.HasEnded ? ended : stale).Add(name);
            if (ended.Count > 0)
            {
                _turn %= ended.Count;
                stale.AddRange(ended.Skip(_turn).Take(AskedAgain));
                _turn += AskedAgain;
            }
            var limit = new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellation };
            await Parallel.ForEachAsync(stale, limit, async (name, stop) =>
            {
                if (await runs.FindAsync(name, stop) is { } state)
                    Take(ToLine(state));
                else
                    _known.TryRemove(name, out _);
            });
            _asked = Stopwatch.GetTimestamp();
        }
        finally
        {
            _asking.Release();
        }
    }

    // What a list shows of an unchanged run is not told again.
    private void Take(RunState run)
    {
        if (_known.TryGetValue(run.Run, out Line? line) && line.Run is var known && known.UpdatedAt == run.UpdatedAt && known.CreatedAt == run.CreatedAt
            && known.Status == run.Status && known.Step == run.Step && known.Waiting == run.Waiting)
        {
            return;
        }
        _known[run.Run] = new Line(run, Interlocked.Increment(ref _revision));
    }

    // A revision of another gateway, or of this one before it was started again, tells nothing here.
    private long AfterOf(string? revision) =>
        revision?.Split('-') is [var instance, var number] && instance == _instance
        && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long after) ? after : 0;

    // Of thousands of runs only what a list shows.
    private static RunState ToLine(RunState state) => state with
    {
        Timings = null, Steps = null, StepSince = null, Parts = null,
        Result = state.Result is { } result ? result with { BadFiles = [] } : null,
    };

    private sealed record Line(RunState Run, long Revision);
}

/// <summary>A list of runs.</summary>
/// <param name="Runs">The runs.</param>
/// <param name="Total">How many there are without skip and limit.</param>
/// <param name="Revision">What to ask with for those that change from here on.</param>
internal sealed record RunList(IReadOnlyList<RunState> Runs, int Total, string Revision);
