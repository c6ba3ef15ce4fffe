using System.Globalization;

namespace DaprHep.Learning.Distributed;

/// <summary>
/// Notices lost ranks. Every rank counts up in the rendezvous twice a second and looks at the counters of the others; one that stands
/// still is lost, whether its process was killed, its machine is gone or it is merely stopped. What the first to notice writes into the
/// rendezvous, all others adopt.
/// </summary>
internal sealed class RankHeartbeat : IDisposable
{
    private const string LostKey = "lost";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500), Patience = TimeSpan.FromSeconds(7);

    /// <summary>Looks at a counter that stands still before its rank is lost. Counted in looks, not in time: a machine that sleeps
    /// loses nobody.</summary>
    private const int PatientLooks = 12, SuspiciousLooks = 4;

    private readonly Rendezvous _rendezvous;
    private readonly RankStore _store;
    private readonly Action<RankLostException> _onLost;
    private readonly long[] _beats;
    private readonly int[] _still;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private long _lastLook = Environment.TickCount64;
    private volatile bool _suspicious;
    private RankLostException? _lost;

    /// <summary>Begins.</summary>
    /// <param name="rendezvous">Who this is.</param>
    /// <param name="store">A connection of its own; disposed with this object.</param>
    /// <param name="onLost">Told once, on the heartbeat's thread.</param>
    internal RankHeartbeat(Rendezvous rendezvous, RankStore store, Action<RankLostException> onLost)
    {
        _rendezvous = rendezvous;
        _store = store;
        _onLost = onLost;
        _beats = new long[rendezvous.Size];
        _still = new int[rendezvous.Size];
        store.Add(BeatOf(rendezvous.Rank), 1);
        _thread = new Thread(Run) { IsBackground = true, Name = "rank heartbeat" };
        _thread.Start();
    }

    /// <summary>What has been lost, if anything has.</summary>
    internal RankLostException? Lost => Volatile.Read(ref _lost);

    /// <summary>Makes sure that nothing has been lost, and that the rendezvous answers; a machine that is gone does not even close its
    /// connections.</summary>
    /// <exception cref="RankLostException">A rank is lost, or the rendezvous has not answered for too long.</exception>
    internal void CheckAlive()
    {
        if (Lost is null && Environment.TickCount64 - Volatile.Read(ref _lastLook) > Patience.TotalMilliseconds)
            SetLost(KeeperLost("does not answer any more"));
        if (Lost is { } lost)
            throw new RankLostException(lost.Rank, lost.Message);
    }

    /// <summary>A connection broke: looks closer until it is clear whose.</summary>
    /// <param name="cause">What was noticed.</param>
    /// <returns>What was lost.</returns>
    internal RankLostException Explain(Exception cause)
    {
        _suspicious = true;
        for (var waited = TimeSpan.Zero; waited < 16 * Interval && _lost is null; waited += Interval / 4)
            Thread.Sleep(Interval / 4);
        return _lost is { } lost
            ? new RankLostException(lost.Rank, lost.Message, cause)
            : new RankLostException(null, $"A connection between ranks broke, though all give signs of life: {cause.Message}", cause);
    }

    /// <summary>Tells the others that this rank cannot go on.</summary>
    internal void Announce(string reason)
    {
        try
        {
            Declare(_rendezvous.Rank, $"Rank {_rendezvous.Rank} of {_rendezvous.Size} failed: {reason}");
        }
        catch (RankLostException)
        {
            // Without a rendezvous there is nobody left to tell.
        }
    }

    /// <summary>Leaves in good order: from here on nobody misses this rank.</summary>
    public void Dispose()
    {
        _stop.Set();
        // A thread that is stuck in a rendezvous whose machine is gone keeps what it uses until the process ends.
        if (!_thread.Join(Patience))
            return;
        _store.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        try
        {
            while (!_stop.Wait(Interval) && _lost is null)
            {
                Look();
                Volatile.Write(ref _lastLook, Environment.TickCount64);
            }
        }
        catch (RankLostException)
        {
            SetLost(KeeperLost("is gone"));
        }
    }

    private void Look()
    {
        if (_store.Get(LostKey) is { } known)
        {
            SetLost(Parse(known));
            return;
        }

        _store.Add(BeatOf(_rendezvous.Rank), 1);
        for (var rank = 0; rank < _rendezvous.Size; rank++)
        {
            if (rank == _rendezvous.Rank)
                continue;
            var beats = _store.Add(BeatOf(rank), 0);
            // Before its first beat a rank is on its way; joining has its own limit.
            _still[rank] = beats == _beats[rank] && beats > 0 ? _still[rank] + 1 : 0;
            _beats[rank] = beats;
            if (_still[rank] < (_suspicious ? SuspiciousLooks : PatientLooks))
                continue;
            if (!RankGroup.HasLeft(_store, rank))
            {
                Declare(rank, $"Rank {rank} of {_rendezvous.Size} is lost: it gives no sign of life");
                return;
            }

            if (_suspicious)
            {
                Declare(rank, $"Rank {rank} of {_rendezvous.Size} left while others still needed it");
                return;
            }
        }
    }

    private void Declare(int rank, string message) => SetLost(Parse(_store.SetOnce(
        LostKey, string.Create(CultureInfo.InvariantCulture, $"{rank}:{message}"))));

    private RankLostException KeeperLost(string what) => _rendezvous.KeptByRank0
        ? new RankLostException(0, $"Rank 0 of {_rendezvous.Size} is lost: the rendezvous that it kept at {Place} {what}")
        : new RankLostException(null, $"The rendezvous at {Place} {what}, and with it the launcher that kept it");

    private void SetLost(RankLostException lost)
    {
        if (Interlocked.CompareExchange(ref _lost, lost, null) is null)
            _onLost(lost);
    }

    private static RankLostException Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return new RankLostException(int.Parse(text[..colon], CultureInfo.InvariantCulture), text[(colon + 1)..]);
    }

    private string Place => $"{_rendezvous.Host}:{_store.Port}";

    private static string BeatOf(int rank) => string.Create(CultureInfo.InvariantCulture, $"beat/{rank}");
}
