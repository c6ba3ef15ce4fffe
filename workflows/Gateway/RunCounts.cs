using System.Collections.Frozen;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.Telemetry;
using Grpc.Core;

namespace DaprHep.Gateway;

/// <summary>The runs by state, as the gauge <c>daprhep.runs</c>. They are counted when metrics are asked for, every few seconds at most.</summary>
internal sealed class RunCounts : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);
    private static readonly string[] States = ["pending", "running", "suspended", "completed", "failed", "cancelled"];
    private readonly RunIndex _runs;
    private readonly ILogger<RunCounts> _logger;
    private readonly SemaphoreSlim _counting = new(1);
    private volatile FrozenDictionary<string, long> _counts = FrozenDictionary<string, long>.Empty;
    private DateTimeOffset _counted = DateTimeOffset.MinValue;

    public RunCounts(RunIndex runs, ILogger<RunCounts> logger)
    {
        _runs = runs;
        _logger = logger;
        Measures.Offer("daprhep.runs", "{run}", "Runs by state.", "state", Read);
    }

    /// <summary>Counts again unless it was done just now. Without a sidecar the last counts stay.</summary>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        await _counting.WaitAsync(cancellation);
        try
        {
            if (DateTimeOffset.UtcNow - _counted < Fresh)
                return;
            IReadOnlyList<RunState> runs = await _runs.AllAsync(cancellation);
            _counts = States.ToFrozenDictionary(state => state, state => runs.LongCount(run => run.Status == state));
            _counted = DateTimeOffset.UtcNow;
        }
        catch (RpcException e)
        {
            _logger.LogDebug("Runs could not be counted: {Reason}", e.Status.Detail);
        }
        finally
        {
            _counting.Release();
        }
    }

    public void Dispose() => _counting.Dispose();

    // A collector gets the counts of its last time; who reads /metrics has them counted first.
    private FrozenDictionary<string, long> Read()
    {
        _ = RefreshAsync(CancellationToken.None);
        return _counts;
    }
}
