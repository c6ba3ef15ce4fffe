using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using TorchSharp;

namespace DaprHep.Learning.Distributed;

/// <summary>
/// The processes of a training, seen from one of them: sums over all of them, messages to all of them. All ranks start the same
/// collectives in the same order, each from one thread. The order of summation is fixed, so that the same group gives the same bits.
/// </summary>
public sealed class RankGroup : IDisposable
{
    private readonly Rendezvous _rendezvous;
    private readonly RankStore _store;
    private readonly RankHeartbeat _heartbeat;
    private readonly RankWait _wait;
    private readonly CancellationTokenSource _lost = new();
    private IntPtr _native;
    private IntPtr _gpus;
    private float[] _scratch = [];

    private RankGroup(Rendezvous rendezvous, RankStore store, CancellationToken cancellation)
    {
        _rendezvous = rendezvous;
        _store = store;
        // The keeper's own name may not be known yet, its address is.
        var host = rendezvous is { KeptByRank0: true, Rank: 0, Address: { } address } ? address : rendezvous.Host;
        var own = RankStore.Connect(host, store.Port, rendezvous.JoinTimeout);
        _heartbeat = new RankHeartbeat(rendezvous, own, _ => _lost.Cancel());
        _wait = new RankWait(_heartbeat);
        try
        {
            Gather(cancellation);
            _native = Connect(NativeRanks.Gloo);
        }
        catch
        {
            _wait.Dispose();
            _heartbeat.Dispose();
            throw;
        }
    }

    /// <summary>This process, from 0.</summary>
    public int Rank => _rendezvous.Rank;

    /// <summary>How many processes there are.</summary>
    public int Size => _rendezvous.Size;

    /// <summary>
    /// Whether every rank has a machine or pod of its own, with all its cores: the launcher is elsewhere then, and rank 0 keeps the rendezvous.
    /// </summary>
    public bool HasOwnMachines => _rendezvous.KeptByRank0;

    /// <summary>Whether tensors on GPUs can be summed where they are.</summary>
    public bool OnGpus => _gpus != IntPtr.Zero;

    /// <summary>For how long this process has stood still for sums and for the others; what it computed meanwhile does not count.</summary>
    public TimeSpan Waited => _wait.Waited;

    /// <summary>Cancelled when a rank is lost, also while this one computes.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>What has been lost; null while nothing has.</summary>
    public string? LostReason => _heartbeat.Lost?.Message;

    /// <summary>Joins, and returns when all ranks have.</summary>
    /// <param name="rendezvous">Where they meet, and which of them this is.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="RendezvousException">Not all came in time; the message says who is missing.</exception>
    /// <exception cref="RankLostException">One came and was lost again.</exception>
    public static RankGroup Join(Rendezvous rendezvous, CancellationToken cancellation = default)
    {
        var store = rendezvous is { KeptByRank0: true, Rank: 0 }
            ? RankStore.Keep(rendezvous.Address ?? rendezvous.Host, rendezvous.Port)
            : RankStore.Connect(rendezvous.Host, rendezvous.Port, rendezvous.JoinTimeout);
        try
        {
            return new RankGroup(rendezvous, store, cancellation);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Connects the GPUs of the ranks (NCCL), where each has one of its own and libtorch can; nothing happens where not. All ranks come
    /// here, before their first sum of tensors.
    /// </summary>
    /// <param name="device">Which GPU of its machine this rank has.</param>
    /// <exception cref="RankLostException">A rank is gone.</exception>
    /// <exception cref="RendezvousException">The GPUs could not be connected.</exception>
    internal void ConnectGpus(int device)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName} {device}");
        var place = BitConverter.ToInt64(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        var canConnect = (NativeRanks.dht_rank_engines() & NativeRanks.Nccl) != 0;
        var places = this.Gather(canConnect ? place : 0);
        if (!places.Contains(0) && places.Distinct().Count() == Size)
            _gpus = Connect(NativeRanks.Nccl);
    }

    /// <summary>Sums values over all ranks, in place.</summary>
    /// <param name="values">Replaced by the sums, on every rank.</param>
    /// <exception cref="RankLostException">A rank is gone.</exception>
    public void AllReduce(Span<float> values)
    {
        var scratch = Scratch(values);
        BeginAllReduce(scratch, values.Length).Wait();
        scratch.AsSpan(0, values.Length).CopyTo(values);
    }

    /// <summary>Begins to sum values over all ranks; this rank may compute meanwhile, and begin further sums.</summary>
    /// <param name="values">Replaced by the sums; left alone until the work is done.</param>
    /// <param name="count">How many of them, from the first.</param>
    /// <returns>To be waited for.</returns>
    /// <exception cref="RankLostException">A rank is gone.</exception>
    public unsafe RankWork BeginAllReduce(float[] values, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, values.Length);
        var memory = GCHandle.Alloc(values, GCHandleType.Pinned);
        return Begin(
            NativeRanks.dht_all_reduce_floats(Native, (float*)memory.AddrOfPinnedObject(), count, out var work), work, memory);
    }

    /// <summary>
    /// Begins to give every rank the values of every other one. All send to all: for few values and few ranks, quicker than a sum, whose
    /// parts go around through threads of their own.
    /// </summary>
    /// <param name="values">[<see cref="Size"/>, <paramref name="count"/>] with this rank's own in its row, which stays; the other rows
    /// receive theirs. Left alone until the work is done.</param>
    /// <param name="count">Values of a rank.</param>
    /// <returns>To be waited for.</returns>
    /// <exception cref="RankLostException">A rank is gone.</exception>
    public unsafe RankWork BeginExchange(float[] values, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)count * Size, values.Length, nameof(count));
        var memory = GCHandle.Alloc(values, GCHandleType.Pinned);
        return Begin(
            NativeRanks.dht_exchange_floats(Native, (float*)memory.AddrOfPinnedObject(), count, out var work), work, memory);
    }

    /// <summary>Begins to sum a tensor over all ranks where it lies.</summary>
    /// <param name="tensor">A dense tensor; on a GPU only where <see cref="OnGpus"/>.</param>
    /// <returns>To be waited for.</returns>
    /// <exception cref="RankLostException">A rank is gone.</exception>
    public RankWork BeginAllReduce(torch.Tensor tensor)
    {
        var cpus = Native;
        var group = tensor.device.type == DeviceType.CPU ? cpus : _gpus;
        return Begin(NativeRanks.dht_all_reduce_tensor(group, tensor.Handle, out var work), work, GCHandle.Alloc(tensor));
    }

    /// <summary>Gives all ranks the values of one.</summary>
    /// <param name="values">Read on <paramref name="root"/>, replaced on the others.</param>
    /// <param name="root">Whose values.</param>
    /// <exception cref="RankLostException">A rank is gone.</exception>
    public unsafe void Broadcast(Span<float> values, int root = 0)
    {
        var scratch = Scratch(values);
        var memory = GCHandle.Alloc(scratch, GCHandleType.Pinned);
        Begin(
            NativeRanks.dht_broadcast_floats(Native, (float*)memory.AddrOfPinnedObject(), values.Length, root, out var work), work,
            memory).Wait();
        scratch.AsSpan(0, values.Length).CopyTo(values);
    }

    /// <summary>Returns when all ranks have come here.</summary>
    /// <exception cref="RankLostException">A rank is gone.</exception>
    public void Barrier()
    {
        Span<float> nothing = [0];
        AllReduce(nothing);
    }

    /// <summary>The texts of all ranks, that of rank 0 first. All ranks come here, with another topic each time.</summary>
    /// <param name="topic">What they are about.</param>
    /// <param name="text">This rank's.</param>
    /// <exception cref="RankLostException">A rank is gone.</exception>
    public IReadOnlyList<string> GatherTexts(string topic, string text)
    {
        _store.SetOnce(TextKey(topic, Rank), text);
        Barrier();
        return [.. Enumerable.Range(0, Size).Select(rank => _store.Get(TextKey(topic, rank))!)];
    }

    /// <summary>Tells the other ranks that this one cannot go on, and why; their collectives fail with it.</summary>
    /// <param name="reason">One line.</param>
    public void Abort(string reason) => _heartbeat.Announce(reason);

    /// <summary>Leaves the group. Whoever keeps the rendezvous stays until the others have left, a few seconds at most.</summary>
    public void Dispose()
    {
        if (_native == IntPtr.Zero)
            return;
        if (_heartbeat.Lost is null)
            SayGoodbye();
        _wait.Dispose();
        _heartbeat.Dispose();
        // The engine would wait for collectives that will never end.
        if (!_wait.HasAbandoned)
        {
            NativeRanks.dht_group_free(_gpus);
            NativeRanks.dht_group_free(_native);
        }

        _native = _gpus = IntPtr.Zero;
        _store.Dispose();
        _lost.Dispose();
    }

    internal static bool HasLeft(RankStore store, int rank) => store.Add(LeftKey(rank), 0) > 0;

    internal void Wait(IntPtr work) => _wait.For(work);

    private void SayGoodbye()
    {
        try
        {
            _store.Add(LeftKey(Rank), 1);
            if (_rendezvous is not { KeptByRank0: true, Rank: 0 })
                return;
            for (var looks = 0; looks < 50 && _heartbeat.Lost is null; looks++)
            {
                if (Enumerable.Range(0, Size).All(rank => HasLeft(_store, rank)))
                    break;
                Thread.Sleep(100);
            }
        }
        catch (RankLostException)
        {
            // Everybody has gone before.
        }
    }

    private static string TextKey(string topic, int rank) => string.Create(CultureInfo.InvariantCulture, $"text/{topic}/{rank}");

    private static string LeftKey(int rank) => string.Create(CultureInfo.InvariantCulture, $"left/{rank}");

    private static string HereKey(int rank) => string.Create(CultureInfo.InvariantCulture, $"here/{rank}");

    /// <summary>The native group, for the next collective.</summary>
    private IntPtr Native
    {
        get
        {
            ObjectDisposedException.ThrowIf(_native == IntPtr.Zero, this);
            _heartbeat.CheckAlive();
            return _native;
        }
    }

    private float[] Scratch(ReadOnlySpan<float> values)
    {
        if (_scratch.Length < values.Length)
            _scratch = new float[values.Length];
        values.CopyTo(_scratch);
        return _scratch;
    }

    private RankWork Begin(IntPtr error, IntPtr work, GCHandle memory)
    {
        try
        {
            NativeRanks.Check(error);
            return new RankWork(this, work, memory);
        }
        catch (RankEngineException broken)
        {
            throw _heartbeat.Explain(broken);
        }
    }

    private IntPtr Connect(int engine)
    {
        try
        {
            NativeRanks.Check(NativeRanks.dht_group_open(
                _store.Native, engine, _rendezvous.Address ?? "", Rank, Size, (long)_rendezvous.JoinTimeout.TotalMilliseconds,
                (long)_rendezvous.CollectiveTimeout.TotalMilliseconds, out var group));
            return group;
        }
        catch (RankEngineException refused)
        {
            throw new RendezvousException($"Rank {Rank} of {Size} could not be connected with the others: {refused.Message}", refused);
        }
    }

    /// <summary>Waits until all ranks are at the rendezvous, so that the limit can say who is not.</summary>
    private void Gather(CancellationToken cancellation)
    {
        _store.Add(HereKey(Rank), 1);
        var limit = Environment.TickCount64 + (long)_rendezvous.JoinTimeout.TotalMilliseconds;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_heartbeat.Lost is { } lost)
                throw new RankLostException(lost.Rank, lost.Message);
            var missing = Enumerable.Range(0, Size).Where(rank => _store.Add(HereKey(rank), 0) == 0).ToArray();
            if (missing.Length == 0)
                return;
            if (Environment.TickCount64 > limit)
            {
                throw new RendezvousException(
                    $"Only {Size - missing.Length} of {Size} ranks came to {_rendezvous.Host}:{_store.Port} within "
                    + $"{_rendezvous.JoinTimeout.TotalSeconds:F0} s; missing: {string.Join(", ", missing)}");
            }

            Thread.Sleep(20);
        }
    }
}
