using System.Diagnostics;

namespace DaprHep.Learning.Distributed;

/// <summary>
/// Waits for what is under way between ranks, and looks up four times a second: the wait ends when a rank is lost, or the rendezvous does
/// not answer any more, though the connections stay open.
/// </summary>
internal sealed class RankWait : IDisposable
{
    private const int LookMilliseconds = 250;

    private readonly RankHeartbeat _heartbeat;
    private readonly Lock _gate = new();
    private readonly Timer _interrupts;
    private IntPtr _waitedFor;

    /// <summary>Begins to look up.</summary>
    internal RankWait(RankHeartbeat heartbeat)
    {
        _heartbeat = heartbeat;
        _interrupts = new Timer(_ => Interrupt(), null, LookMilliseconds, LookMilliseconds);
    }

    /// <summary>Whether a wait ended without its work, which may still be under way.</summary>
    internal bool HasAbandoned { get; private set; }

    /// <summary>For how long it was waited in all.</summary>
    internal TimeSpan Waited { get; private set; }

    /// <summary>Returns when work is done.</summary>
    /// <exception cref="RankLostException">A rank is gone; the message says which.</exception>
    internal void For(IntPtr work)
    {
        var isDone = false;
        var started = Stopwatch.GetTimestamp();
        try
        {
            SetWaitedFor(work);
            while (!isDone)
            {
                NativeRanks.Check(NativeRanks.dht_work_wait(work, LookMilliseconds, out var done));
                _heartbeat.CheckAlive();
                isDone = done != 0;
            }
        }
        catch (RankEngineException broken)
        {
            throw _heartbeat.Explain(broken);
        }
        finally
        {
            SetWaitedFor(IntPtr.Zero);
            HasAbandoned |= !isDone;
            Waited += Stopwatch.GetElapsedTime(started);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _interrupts.Dispose();

    private void SetWaitedFor(IntPtr work)
    {
        lock (_gate)
            _waitedFor = work;
    }

    private void Interrupt()
    {
        lock (_gate)
        {
            if (_waitedFor != IntPtr.Zero)
                NativeRanks.dht_work_interrupt(_waitedFor);
        }
    }
}
